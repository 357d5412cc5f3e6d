// SPDX-License-Identifier: BSD-2-Clause
// Instruction caches of ia64 do not see stores (Itanium SDM volume 2, 4.4.6.2).
#include "cache.h"

#define LINE_MIN 32 // bytes; every implementation flushes at least this many

void cache_sync_code(uint64_t start, uint64_t size)
{
    for (uint64_t at = start & ~(LINE_MIN - 1ull); at < start + size; at += LINE_MIN)
        __asm__ volatile("fc.i %0" : : "r"(at) : "memory");
    __asm__ volatile(";; sync.i ;; srlz.i ;;" : : : "memory");
}
