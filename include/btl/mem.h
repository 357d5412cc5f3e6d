// SPDX-License-Identifier: BSD-2-Clause
// The four functions that core/ takes from its environment, and that compilers call of themselves.
#ifndef BTL_CORE_MEM_H
#define BTL_CORE_MEM_H

#if __STDC_HOSTED__
#include <string.h>
#else
#include <stddef.h>

#include <btl/cdefs.h>

BTL_BEGIN_DECLS

void *memcpy(void *__restrict to, const void *__restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

BTL_END_DECLS

// -ffreestanding makes these plain calls; this lets the compiler turn small fixed sizes into moves.
// A file that defines the functions writes their names in parentheses: void *(memset)(…).
#define memcpy(to, from, size)  __builtin_memcpy((to), (from), (size))
#define memmove(to, from, size) __builtin_memmove((to), (from), (size))
#define memset(to, byte, size)  __builtin_memset((to), (byte), (size))
#define memcmp(a, b, size)      __builtin_memcmp((a), (b), (size))
#endif

#endif
