// SPDX-License-Identifier: BSD-2-Clause
// Entries of x86-64 page tables (Intel SDM volume 3, 4.5), and the way to them.
#ifndef BTL_EFI_TABLES_H
#define BTL_EFI_TABLES_H

#include "paging.h"

#define PRESENT    1ull
#define WRITE      2ull
#define LARGE      (1ull << 7)
#define NO_EXECUTE (1ull << 63)
#define ADDRESS    0x000ffffffffff000ull

#define SLOTS             512u
#define GIB               (1ull << 30)
#define LARGE_SIZE        (2ull << 20)
#define SLOT_OF(v, level) (((v) >> (12 + 9 * (level))) & (SLOTS - 1)) // level 0: page table

// Return the table below table[slot], allocated on first use. NULL: no memory.
uint64_t *paging_descend(struct paging *paging, uint64_t *table, uint64_t slot);
// Return the PML4 of the lower (slot 0 of a PML5) or the upper (slot 511) half.
uint64_t *paging_half(struct paging *paging, uint64_t top_slot);

#endif
