// SPDX-License-Identifier: BSD-2-Clause
// Functions that the compiler does not know.
#ifndef BTL_EFI_DESCRIPTOR_IA64_H
#define BTL_EFI_DESCRIPTOR_IA64_H

#include <btl/types.h>

// A descriptor, entry point and gp, as a pointer to a function. The compiler takes descriptors for
// constants, and would read one that was just written too early: it must not know where it is from.
static inline void (*cpu_function(const uint64_t descriptor[2]))(void)
{
    const uint64_t *hidden = descriptor;
    __asm__ volatile("" : "+r"(hidden) : : "memory");
    return (void (*)(void))(uintptr_t)hidden;
}

#endif
