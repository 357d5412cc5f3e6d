// SPDX-License-Identifier: BSD-2-Clause
// Page tables of 4 or 5 levels, as the firmware left the processor. Entries of tables allow
// everything: the leaf decides.
//
//   level   5     4       3        2        1
//   covers  48+9  512 GiB 1 GiB    2 MiB    4 KiB   per entry; leaves at 1, 2 and, where the
//                                                   processor has them, 3
#include "arch/x86_64/cpu.h"
#include "vm/page.h"
#include "vm/tables.h"

#include <btl/kernel.h>

#define PTE_PRESENT     (1ull << 0)
#define PTE_WRITE       (1ull << 1)
#define PTE_PWT         (1ull << 3)
#define PTE_PCD         (1ull << 4)
#define PTE_LARGE       (1ull << 7)
#define PTE_PAT_4K      (1ull << 7)
#define PTE_PAT_BIG     (1ull << 12)
#define PTE_NX          (1ull << 63)
#define PTE_ADDRESS     0x000ffffffffff000ull
#define PTE_BIG_ADDRESS 0x000fffffffffe000ull

#define PAT_WC 1ull // write combining, put into slot 4, which the firmware leaves unused

static int levels, largest_leaf;

void paging_init(void)
{
    uint32_t reg[4];

    levels = read_cr4() & CR4_LA57 ? 5 : 4;
    cpuid(0x80000000u, reg);
    largest_leaf = 2;
    if (reg[0] >= 0x80000001u) {
        cpuid(0x80000001u, reg);
        if (reg[3] & 1u << 26)
            largest_leaf = 3;
    }
    write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
    write_cr0(read_cr0() | CR0_WP);
    write_msr(MSR_PAT, (read_msr(MSR_PAT) & ~(0xffull << 32)) | PAT_WC << 32);
}

int arch_table_levels(void)
{
    return levels;
}

int arch_largest_leaf(void)
{
    return largest_leaf;
}

size_t arch_table_slot(uint64_t virtual, int level)
{
    return virtual >> (12 + 9 * (level - 1)) & (TABLE_SLOTS - 1);
}

uint64_t arch_table_entry(uint64_t table)
{
    return table | PTE_PRESENT | PTE_WRITE;
}

bool arch_entry_is_leaf(uint64_t entry, int level)
{
    return level == 1 || (entry & PTE_LARGE);
}

uint64_t arch_entry_address(uint64_t entry, int level)
{
    return entry & (level > 1 && (entry & PTE_LARGE) ? PTE_BIG_ADDRESS : PTE_ADDRESS);
}

uint64_t arch_leaf_entry(uint64_t physical, uint32_t flags, int level)
{
    uint64_t bits = physical | PTE_PRESENT | (level > 1 ? PTE_LARGE : 0);

    if (flags & BTL_PERM_WRITE)
        bits |= PTE_WRITE;
    if (!(flags & BTL_PERM_EXEC))
        bits |= PTE_NX;
    if (flags & MAP_UNCACHED)
        bits |= PTE_PCD | PTE_PWT;
    if (flags & MAP_WRITE_COMBINING)
        bits |= level > 1 ? PTE_PAT_BIG : PTE_PAT_4K;
    return bits;
}

uint32_t arch_leaf_flags(uint64_t entry, int level)
{
    uint32_t flags = BTL_PERM_READ;

    if (entry & PTE_WRITE)
        flags |= BTL_PERM_WRITE;
    if (!(entry & PTE_NX))
        flags |= BTL_PERM_EXEC;
    if (entry & PTE_PCD)
        flags |= MAP_UNCACHED;
    if (entry & (level > 1 ? PTE_PAT_BIG : PTE_PAT_4K))
        flags |= MAP_WRITE_COMBINING;
    return flags;
}

// Drop all translations: none is global.
void arch_tlb_purge(uint64_t virtual, uint64_t size)
{
    write_cr3(read_cr3());
}

bool arch_space_create(struct arch_space *ret_space)
{
    return pages_alloc(1, PF_PAGE_TABLE, &ret_space->root);
}

bool arch_space_create_beside(const struct arch_space *kernel, struct arch_space *ret_space)
{
    const size_t half = TABLE_SLOTS / 2 * sizeof(uint64_t);

    if (!arch_space_create(ret_space))
        return false;
    memcpy((uint8_t *)phys_to_virt(ret_space->root) + half,
           (uint8_t *)phys_to_virt(kernel->root) + half, half);
    return true;
}

void arch_space_use(const struct arch_space *space)
{
    write_cr3(space->root);
}
