// SPDX-License-Identifier: BSD-2-Clause
// The shape of the tree of page tables (paging.c).
#ifndef KERNEL_IA64_PAGING_H
#define KERNEL_IA64_PAGING_H

#include "arch/ia64/cpu.h"

#include <btl/boot.h>

#define PAGING_LEVELS 5
#define PAGING_SLOTS  BTL_IA64_TABLE_SLOTS

static inline uint64_t paging_size(int level)
{
    return 1ull << (12 + 9 * (level - 1));
}

static inline size_t paging_slot(uint64_t virtual, int level)
{
    if (level == PAGING_LEVELS)
        return virtual >> 61 << 2 | (virtual >> 48 & 3);
    return virtual >> (12 + 9 * (level - 1)) & (PAGING_SLOTS - 1);
}

static inline bool paging_is_leaf(uint64_t entry)
{
    return entry & BTL_IA64_PTE_ACCESSED;
}

uint32_t paging_flags(uint64_t entry); // of a leaf

// tlb.c: drops what is cached of a range, in translation registers too.
void tlb_purge(uint64_t virtual, uint64_t size);

#endif
