// SPDX-License-Identifier: BSD-2-Clause
// The official function descriptors of a kernel, in .opd: GNU ld makes one for each function whose
// address the kernel takes. Modules must use the same ones, so that pointers to these functions are
// equal in kernel and modules.
#ifndef BTL_CORE_KERNEL_DESCRIPTORS_H
#define BTL_CORE_KERNEL_DESCRIPTORS_H

#include <btl/index.h>
#include <btl/kernel_image.h>

struct kernel_descriptors {
    const uint8_t *bytes;   // in the file; entry points as linked
    uint64_t address;       // of the first one, as linked
    struct btl_index index; // by entry point
};

// Open the descriptors of a kernel. A kernel without .opd has none.
bool kernel_descriptors_open(const struct btl_kernel_image *kernel, struct btl_arena *arena,
                             struct kernel_descriptors *ret_descriptors, struct btl_diags *diags);
// Find the descriptor of an entry point; both addresses are as linked. False: there is none. If
// there are several (the linker makes them for two names of one function), take the first.
bool kernel_descriptors_find(const struct kernel_descriptors *descriptors, uint64_t entry,
                             uint64_t *ret_address);

#endif
