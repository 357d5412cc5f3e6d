// SPDX-License-Identifier: BSD-2-Clause
// The shape of the tree of page tables (paging.c).
#ifndef KERNEL_IA64_PAGING_H
#define KERNEL_IA64_PAGING_H

#include "arch/ia64/cpu.h"
#include "vm/tables.h"

#include <btl/boot.h>

#define PAGING_LEVELS 5
#define PAGING_SLOTS  BTL_IA64_TABLE_SLOTS
_Static_assert(PAGING_SLOTS == TABLE_SLOTS, "vm/tables.c");

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

#endif
