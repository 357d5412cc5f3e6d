// SPDX-License-Identifier: BSD-2-Clause
// Walks page tables as the Intel SDM (volume 3, 4.5) says: permissions are those of all levels.
#include "walk.h"

#include <stddef.h>

#define ADDRESS 0x000ffffffffff000ull

struct walker {
    void (*see)(void *context, uint64_t address, const struct mapping *mapping);
    void *context;
    uint64_t leaves;
};

static uint64_t canonical(uint64_t address, int bits)
{
    return (uint64_t)((int64_t)(address << (64 - bits)) >> (64 - bits));
}

// Is the entry a leaf? *mapping collects its permissions.
static bool read_entry(uint64_t entry, int level, struct mapping *mapping)
{
    mapping->write = mapping->write && (entry & 2) != 0;
    mapping->execute = mapping->execute && entry >> 63 == 0;
    bool leaf = level == 0 || (entry & 0x80) != 0;
    mapping->size = 1ull << (12 + 9 * level);
    mapping->physical = entry & ADDRESS & ~(leaf ? mapping->size - 1 : 0);
    return leaf;
}

bool walk_find(const struct walk *walk, uint64_t address, struct mapping *ret)
{
    uint64_t table = walk->root;
    *ret = (struct mapping){.write = true, .execute = true};
    for (int level = walk->five_levels ? 4 : 3; level >= 0; level--) {
        uint64_t slot = address >> (12 + 9 * level) & 511;
        uint64_t entry = ((const uint64_t *)(uintptr_t)table)[slot];
        if ((entry & 1) == 0)
            return false;
        if (read_entry(entry, level, ret))
            return true;
        table = entry & ADDRESS;
    }
    return false;
}

static void walk_table(struct walker *walker, uint64_t table, int level, int bits, uint64_t address,
                       struct mapping above)
{
    for (uint64_t slot = 0; slot < 512; slot++) {
        uint64_t entry = ((const uint64_t *)(uintptr_t)table)[slot];
        uint64_t at = address | slot << (12 + 9 * level);
        struct mapping mapping = above;
        if ((entry & 1) == 0)
            continue;
        if (!read_entry(entry, level, &mapping)) {
            walk_table(walker, entry & ADDRESS, level - 1, bits, at, mapping);
            continue;
        }
        walker->leaves++;
        if (walker->see != NULL)
            walker->see(walker->context, canonical(at, bits), &mapping);
    }
}

uint64_t walk_all(const struct walk *walk,
                  void (*see)(void *context, uint64_t address, const struct mapping *mapping),
                  void *context)
{
    struct walker walker = {.see = see, .context = context};
    struct mapping all = {.write = true, .execute = true};
    int bits = walk->five_levels ? 57 : 48;
    walk_table(&walker, walk->root, walk->five_levels ? 4 : 3, bits, 0, all);
    return walker.leaves;
}
