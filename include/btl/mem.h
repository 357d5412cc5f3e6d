// SPDX-License-Identifier: BSD-2-Clause
// The four functions that core/ takes from its environment, and that compilers call of themselves.
#ifndef BTL_CORE_MEM_H
#define BTL_CORE_MEM_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

// -ffreestanding makes these plain calls; this lets the compiler turn small fixed sizes into moves.
// A file that defines the functions writes their names in parentheses: void *(memset)(…).
#if !__STDC_HOSTED__
#define memcpy(to, from, size)  __builtin_memcpy((to), (from), (size))
#define memmove(to, from, size) __builtin_memmove((to), (from), (size))
#define memset(to, byte, size)  __builtin_memset((to), (byte), (size))
#define memcmp(a, b, size)      __builtin_memcmp((a), (b), (size))
#endif

#endif
