// SPDX-License-Identifier: BSD-2-Clause
// What is prepared for a kernel of the Limine protocol (ARCH/kernel_limine.c).
#ifndef BTL_EFI_LIMINE_H
#define BTL_EFI_LIMINE_H

#include <btl/limine_kernel.h>

#include "processors.h"

struct limine_start {
    struct btl_limine_machine machine;
    struct btl_limine_answers answers;
    struct processors processors;
    uint64_t stacks; // physical: one for each processor, the boot processor's is the first
};

#endif
