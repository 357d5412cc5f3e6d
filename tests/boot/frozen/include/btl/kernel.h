// SPDX-License-Identifier: BSD-2-Clause
// The kernel as modules see it: interface kernel:1.0. Its table is kernel_exports.def.
#ifndef BTL_KERNEL_H
#define BTL_KERNEL_H

#include <stdarg.h>

#include <btl/types.h>

#define BTL_KERNEL_INTERFACE "kernel:1.0"

// What functions of the kernel and of modules return: 0, or one of these.
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

#define EXPORT(type, name, parameters, phase, text) type name parameters;
#include <btl/kernel_exports.def>
#undef EXPORT

#endif
