// SPDX-License-Identifier: BSD-2-Clause
// The official function descriptors that GNU ld has put into a kernel: one for each function whose
// address the kernel takes, in .opd. They are what modules must use for these functions, so that
// pointers to them are equal in the kernel and in modules.
#ifndef BTL_CORE_KERNEL_DESCRIPTORS_H
#define BTL_CORE_KERNEL_DESCRIPTORS_H

#include <btl/index.h>
#include <btl/kernel_image.h>

struct kernel_descriptors {
    const uint8_t *at;      // in the file; entry points as linked
    uint64_t address;       // of the first one, as linked
    struct btl_index index; // by entry point
};

// A kernel without .opd has none.
bool kernel_descriptors_open(const struct btl_kernel_image *kernel, struct btl_arena *arena,
                             struct kernel_descriptors *ret_descriptors, struct btl_diags *diags);
// The address of the descriptor for the entry point, both as linked. False: there is none. Where
// there are several, as the linker makes them for two names of one function, it is the first.
bool kernel_descriptors_find(const struct kernel_descriptors *descriptors, uint64_t entry,
                             uint64_t *ret_address);

#endif
