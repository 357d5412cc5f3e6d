// SPDX-License-Identifier: BSD-2-Clause
// The kernel's interface to modules, kernel:1.6; kernel_exports.def is its table.
#ifndef BTL_KERNEL_H
#define BTL_KERNEL_H

#include <stdarg.h>
#if __STDC_HOSTED__
#include <string.h> // in C++ it must come before the declarations below
#endif

#include <btl/intr.h>
#include <btl/types.h>

BTL_BEGIN_DECLS

#define BTL_KERNEL_INTERFACE "kernel:1.6"

// Functions of the kernel and of modules return 0 or one of these errors.
enum {
    BTL_ENOENT = -2,
    BTL_EIO = -5,
    BTL_ENOMEM = -12,
    BTL_EBUSY = -16,
    BTL_EEXIST = -17,
    BTL_ENODEV = -19,
    BTL_EINVAL = -22,
    BTL_ENOSYS = -38
};

struct btlm_system; // btl/manifest.h
struct btl_device;  // btl/device.h
struct btl_stream;  // btl/stream.h
struct btl_queue;   // btl/stream.h
struct btl_message; // btl/stream.h

// A stub for a function of a module that is perhaps not loaded. BTL_STUB() of btl/module.h defines
// the stub, the kernel resolves it.
struct btl_stub {
    const char *module, *function;
    void *target; // NULL: not resolved
    struct btl_stub *next;
    uint32_t id; // of the module of `target`
};
struct btl_fs; // btl/fs.h

#define EXPORT(type, name, parameters, phase, minor, text) type name parameters;
#include <btl/kernel_exports.def>
#undef EXPORT

// Compilers check the formats of these (btl/format.h).
void kprintf(const char *format, ...) BTL_PRINTF(1, 2);
void kvprintf(const char *format, va_list args) BTL_PRINTF(1, 0);
void kpanic(const char *format, ...) BTL_PRINTF(1, 2) __attribute__((noreturn));

BTL_END_DECLS

#endif
