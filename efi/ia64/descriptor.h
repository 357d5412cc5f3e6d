// SPDX-License-Identifier: BSD-2-Clause
// Calls of functions by a descriptor made at run time.
#ifndef BTL_EFI_DESCRIPTOR_IA64_H
#define BTL_EFI_DESCRIPTOR_IA64_H

#include <btl/types.h>

// Convert a descriptor (entry point and gp) to a function pointer. Its origin is hidden: the
// compiler assumes that descriptors are constant and would read it before it is written.
static inline void (*cpu_function(const uint64_t descriptor[2]))(void)
{
    const uint64_t *hidden = descriptor;
    __asm__ volatile("" : "+r"(hidden) : : "memory");
    return (void (*)(void))(uintptr_t)hidden;
}

#endif
