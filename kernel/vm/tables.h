// SPDX-License-Identifier: BSD-2-Clause
// Page tables of all architectures: tables of 512 entries, reached through the direct map. An entry
// is 0, a table of the next level, or a leaf, which maps tables_size(level) bytes.
#ifndef KERNEL_VM_TABLES_H
#define KERNEL_VM_TABLES_H

#include "base/arch.h"

#define TABLE_SLOTS 512

static inline uint64_t tables_size(int level)
{
    return 1ull << (12 + 9 * (level - 1));
}

// Map an unmapped range; addresses and sizes are multiples of the page size. False: no memory for
// tables; a part of the range may be mapped.
bool space_map(struct arch_space *space, uint64_t virtual, uint64_t physical, uint64_t size,
               uint32_t flags);
// Change the permission of the mappings in a range; split large pages where necessary. False: no
// memory for tables.
bool space_protect(struct arch_space *space, uint64_t virtual, uint64_t size, uint32_t flags);
// Remove the mappings in a range, which must not end inside a large page.
void space_unmap(struct arch_space *space, uint64_t virtual, uint64_t size);
// Find the physical address and the flags of an address. False: it is not mapped.
bool space_translate(const struct arch_space *space, uint64_t virtual, uint64_t *ret_physical,
                     uint32_t *ret_flags);

// --- implemented in arch/ARCH/paging.c

int arch_table_levels(void); // level of a root; pages are leaves of level 1
int arch_largest_leaf(void); // level
size_t arch_table_slot(uint64_t virtual, int level);
uint64_t arch_table_entry(uint64_t table);
uint64_t arch_leaf_entry(uint64_t physical, uint32_t flags, int level);
bool arch_entry_is_leaf(uint64_t entry, int level);
uint64_t arch_entry_address(uint64_t entry, int level); // of the table or of the leaf's memory
uint32_t arch_leaf_flags(uint64_t entry, int level);
// Drop the processor's copies of the translations of a range.
void arch_tlb_purge(uint64_t virtual, uint64_t size);

#endif
