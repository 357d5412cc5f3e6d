// SPDX-License-Identifier: BSD-2-Clause
#include "vm/tables.h"

#include "vm/page.h"

#include <btl/kernel.h>

static uint64_t *table_entry_of(uint64_t table, uint64_t virtual, int level)
{
    uint64_t *entries = phys_to_virt(table);

    return &entries[arch_table_slot(virtual, level)];
}

// Replace a large leaf by a table of the next level that maps the same.
static bool leaf_split(uint64_t *entry, int level)
{
    uint64_t physical = arch_entry_address(*entry, level), table;
    uint32_t flags = arch_leaf_flags(*entry, level);
    uint64_t *entries;

    if (!pages_alloc(1, PF_PAGE_TABLE, &table))
        return false;
    entries = phys_to_virt(table);
    for (uint64_t i = 0; i < TABLE_SLOTS; i++)
        entries[i] = arch_leaf_entry(physical + i * tables_size(level - 1), flags, level - 1);
    *entry = arch_table_entry(table);
    return true;
}

// Return the entry for `virtual` at `level`; create the tables above it, and split large leaves.
static bool make_entry(const struct arch_space *space, uint64_t virtual, int level,
                       uint64_t **ret_entry)
{
    uint64_t table = space->root, fresh;

    for (int upper = arch_table_levels(); upper > level; upper--) {
        uint64_t *entry = table_entry_of(table, virtual, upper);
        if (*entry == 0) {
            if (!pages_alloc(1, PF_PAGE_TABLE, &fresh))
                return false;
            *entry = arch_table_entry(fresh);
        } else if (arch_entry_is_leaf(*entry, upper) && !leaf_split(entry, upper)) {
            return false;
        }
        table = arch_entry_address(*entry, upper);
    }
    *ret_entry = table_entry_of(table, virtual, level);
    return true;
}

// Return the leaf that maps `virtual`, or NULL. *ret_level is the level where the walk ended.
static uint64_t *find_leaf(const struct arch_space *space, uint64_t virtual, int *ret_level)
{
    uint64_t table = space->root;

    for (int level = arch_table_levels(); level >= 1; level--) {
        uint64_t *entry = table_entry_of(table, virtual, level);
        *ret_level = level;
        if (*entry == 0)
            return NULL;
        if (arch_entry_is_leaf(*entry, level))
            return entry;
        table = arch_entry_address(*entry, level);
    }
    return NULL;
}

// Does a leaf of that level fit at these addresses and into `size`?
static bool leaf_fits(int level, uint64_t addresses, uint64_t size)
{
    return (addresses & (tables_size(level) - 1)) == 0 && size >= tables_size(level);
}

bool space_map(struct arch_space *space, uint64_t virtual, uint64_t physical, uint64_t size,
               uint32_t flags)
{
    if ((flags & BTL_PERM_WRITE) && (flags & BTL_PERM_EXEC) && !(flags & MAP_FIRMWARE))
        kpanic("space_map: 0x%lx would be writable and executable", virtual);
    for (uint64_t *entry, step; size > 0; virtual += step, physical += step, size -= step) {
        int level = arch_largest_leaf();

        while (level > 1 && !leaf_fits(level, virtual | physical, size))
            level--;
        step = tables_size(level);
        if (!make_entry(space, virtual, level, &entry))
            return false;
        if (*entry != 0) // the processor may have a copy of the old translation
            kpanic("space_map: 0x%lx is mapped already", virtual);
        *entry = arch_leaf_entry(physical, flags, level);
    }
    return true;
}

// Change the flags of the leaf at `virtual`; split it if it extends beyond the range.
static bool protect_leaf(struct arch_space *space, uint64_t virtual, uint64_t size, uint32_t flags,
                         uint64_t *ret_step)
{
    int level;
    uint64_t *entry = find_leaf(space, virtual, &level);

    while (entry != NULL && !leaf_fits(level, virtual, size)) {
        if (!leaf_split(entry, level))
            return false;
        entry = find_leaf(space, virtual, &level);
    }
    if (entry != NULL)
        *entry = arch_leaf_entry(arch_entry_address(*entry, level), flags, level);
    *ret_step = entry != NULL ? tables_size(level) : BTL_PAGE_SIZE;
    return true;
}

bool space_protect(struct arch_space *space, uint64_t virtual, uint64_t size, uint32_t flags)
{
    bool good = true;

    if ((flags & BTL_PERM_WRITE) && (flags & BTL_PERM_EXEC))
        kpanic("space_protect: 0x%lx would be writable and executable", virtual);
    for (uint64_t done = 0, step; done < size && good; done += step)
        good = protect_leaf(space, virtual + done, size - done, flags, &step);
    arch_tlb_purge(virtual, size);
    return good;
}

// The kernel unmaps only ranges that it has mapped page by page: no large leaf has to be split.
void space_unmap(struct arch_space *space, uint64_t virtual, uint64_t size)
{
    for (uint64_t done = 0, step; done < size; done += step) {
        int level;
        uint64_t *entry = find_leaf(space, virtual + done, &level);

        step = BTL_PAGE_SIZE;
        if (entry == NULL)
            continue;
        if (!leaf_fits(level, virtual + done, size - done))
            kpanic("space_unmap: 0x%lx is inside a large page", virtual + done);
        step = tables_size(level);
        *entry = 0;
    }
    arch_tlb_purge(virtual, size);
}

bool space_translate(const struct arch_space *space, uint64_t virtual, uint64_t *ret_physical,
                     uint32_t *ret_flags)
{
    int level;
    const uint64_t *entry = find_leaf(space, virtual, &level);

    if (entry == NULL)
        return false;
    *ret_physical = arch_entry_address(*entry, level) + (virtual & (tables_size(level) - 1));
    *ret_flags = arch_leaf_flags(*entry, level);
    return true;
}
