// SPDX-License-Identifier: BSD-2-Clause
// Page tables of 4 or 5 levels, as the firmware left the processor. Tables are reached through the
// direct map. Entries of upper levels allow everything: the leaf decides.
//
//   level   5     4       3        2        1
//   covers  48+9  512 GiB 1 GiB    2 MiB    4 KiB   per entry; leaves at 1, 2 and, where the
//                                                   processor has them, 3
#include "arch/x86_64/cpu.h"
#include "base/arch.h"
#include "vm/page.h"

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

#define ENTRIES 512
#define PAT_WC  1ull // write combining, put into slot 4, which the firmware leaves unused

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

static uint64_t leaf_size(int level)
{
    return 1ull << (12 + 9 * (level - 1));
}

static uint64_t *entry_at(uint64_t table, uint64_t virtual, int level)
{
    uint64_t *entries = phys_to_virt(table);

    return &entries[virtual >> (12 + 9 * (level - 1)) & (ENTRIES - 1)];
}

static bool is_leaf(uint64_t entry, int level)
{
    return level == 1 || (entry & PTE_LARGE);
}

static uint64_t leaf_bits(uint32_t flags, int level)
{
    uint64_t bits = PTE_PRESENT | (level > 1 ? PTE_LARGE : 0);

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

static uint32_t leaf_flags(uint64_t entry, int level)
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

static uint64_t leaf_address(uint64_t entry, int level)
{
    return entry & (level > 1 ? PTE_BIG_ADDRESS : PTE_ADDRESS);
}

// Replace a large leaf by a table of the next level that maps the same.
static bool leaf_split(uint64_t *entry, int level)
{
    uint64_t physical = leaf_address(*entry, level), table;
    uint64_t bits = leaf_bits(leaf_flags(*entry, level), level - 1);
    uint64_t *entries;

    if (!pages_alloc(1, PF_PAGE_TABLE, &table))
        return false;
    entries = phys_to_virt(table);
    for (uint64_t i = 0; i < ENTRIES; i++)
        entries[i] = (physical + i * leaf_size(level - 1)) | bits;
    *entry = table | PTE_PRESENT | PTE_WRITE;
    return true;
}

// Return the entry for `virtual` at `level`; create the tables above it, and split large leaves.
static bool make_entry(const struct arch_space *space, uint64_t virtual, int level,
                       uint64_t **ret_entry)
{
    uint64_t table = space->root;

    for (int at = levels; at > level; at--) {
        uint64_t *entry = entry_at(table, virtual, at);
        if (!(*entry & PTE_PRESENT)) {
            uint64_t fresh;
            if (!pages_alloc(1, PF_PAGE_TABLE, &fresh))
                return false;
            *entry = fresh | PTE_PRESENT | PTE_WRITE;
        } else if (is_leaf(*entry, at) && !leaf_split(entry, at)) {
            return false;
        }
        table = *entry & PTE_ADDRESS;
    }
    *ret_entry = entry_at(table, virtual, level);
    return true;
}

// Return the leaf that maps `virtual`, or NULL. *ret_level is the level where the walk ended.
static uint64_t *find_leaf(const struct arch_space *space, uint64_t virtual, int *ret_level)
{
    uint64_t table = space->root;

    for (int level = levels; level >= 1; level--) {
        uint64_t *entry = entry_at(table, virtual, level);
        *ret_level = level;
        if (!(*entry & PTE_PRESENT))
            return NULL;
        if (is_leaf(*entry, level))
            return entry;
        table = *entry & PTE_ADDRESS;
    }
    return NULL;
}

// Return the level of the largest leaf that can start at these addresses and fits into `size`.
static int level_for(uint64_t virtual, uint64_t physical, uint64_t size)
{
    int level = largest_leaf;

    while (level > 1 &&
           (((virtual | physical) & (leaf_size(level) - 1)) || size < leaf_size(level)))
        level--;
    return level;
}

// Drop all cached translations: none is global.
static void tlb_flush(void)
{
    write_cr3(read_cr3());
}

bool arch_space_create(struct arch_space *ret_space)
{
    return pages_alloc(1, PF_PAGE_TABLE, &ret_space->root);
}

bool arch_space_create_beside(const struct arch_space *kernel, struct arch_space *ret_space)
{
    const size_t half = ENTRIES / 2 * sizeof(uint64_t);

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

bool arch_map(struct arch_space *space, uint64_t virtual, uint64_t physical, uint64_t size,
              uint32_t flags)
{
    if ((flags & BTL_PERM_WRITE) && (flags & BTL_PERM_EXEC) && !(flags & MAP_FIRMWARE))
        kpanic("arch_map: 0x%lx would be writable and executable", virtual);
    while (size > 0) {
        int level = level_for(virtual, physical, size);
        uint64_t *entry, step = leaf_size(level);

        if (!make_entry(space, virtual, level, &entry))
            return false;
        if ((*entry & PTE_PRESENT) && !is_leaf(*entry, level))
            kpanic("arch_map: 0x%lx is mapped already", virtual);
        *entry = physical | leaf_bits(flags, level);
        virtual += step;
        physical += step;
        size -= step;
    }
    return true;
}

// Change the flags of the leaf at `virtual`; split it if it extends beyond the range.
static bool protect_leaf(struct arch_space *space, uint64_t virtual, uint64_t size, uint32_t flags,
                         uint64_t *ret_step)
{
    int level;
    uint64_t *entry = find_leaf(space, virtual, &level);

    while (entry != NULL && ((virtual & (leaf_size(level) - 1)) || size < leaf_size(level))) {
        if (!leaf_split(entry, level))
            return false;
        entry = find_leaf(space, virtual, &level);
    }
    if (entry != NULL)
        *entry = leaf_address(*entry, level) | leaf_bits(flags, level);
    *ret_step = entry != NULL ? leaf_size(level) : BTL_PAGE_SIZE;
    return true;
}

bool arch_protect(struct arch_space *space, uint64_t virtual, uint64_t size, uint32_t flags)
{
    bool good = true;

    if ((flags & BTL_PERM_WRITE) && (flags & BTL_PERM_EXEC))
        kpanic("arch_protect: 0x%lx would be writable and executable", virtual);
    for (uint64_t step; size > 0 && good; virtual += step, size -= step)
        good = protect_leaf(space, virtual, size, flags, &step);
    tlb_flush();
    return good;
}

// The kernel unmaps only ranges that it has mapped page by page: no large leaf has to be split.
void arch_unmap(struct arch_space *space, uint64_t virtual, uint64_t size)
{
    while (size > 0) {
        int level;
        uint64_t *entry = find_leaf(space, virtual, &level), step = BTL_PAGE_SIZE;

        if (entry != NULL) {
            step = leaf_size(level);
            if ((virtual & (step - 1)) || step > size)
                kpanic("arch_unmap: 0x%lx is inside a large page", virtual);
            *entry = 0;
        }
        virtual += step;
        size -= step;
    }
    tlb_flush();
}

bool arch_translate(const struct arch_space *space, uint64_t virtual, uint64_t *ret_physical,
                    uint32_t *ret_flags)
{
    int level;
    const uint64_t *entry = find_leaf(space, virtual, &level);

    if (entry == NULL)
        return false;
    *ret_physical = leaf_address(*entry, level) + (virtual & (leaf_size(level) - 1));
    *ret_flags = leaf_flags(*entry, level);
    return true;
}
