// SPDX-License-Identifier: BSD-2-Clause
// A walk of the tree as the miss handlers do it, for checks.
#include "arch/ia64/paging.h"
#include "base/arch.h"

#include <btl/kernel.h>

struct walk {
    void (*visit)(void *context, uint64_t virtual, uint64_t size, uint32_t flags);
    void *context;
};

// Recursion is as deep as the tables: 5 at most.
static void walk_table(const struct walk *walk, uint64_t table, uint64_t base, int level)
{
    const uint64_t *entries = phys_to_virt(table);

    for (uint64_t i = 0; i < PAGING_SLOTS; i++) {
        uint64_t entry = entries[i], virtual = base + i * tables_size(level);

        if (level == PAGING_LEVELS)
            virtual = i >> 2 << 61 | (i & 3) << 48;
        if (entry == 0)
            continue;
        if (paging_is_leaf(entry))
            walk->visit(walk->context, virtual, tables_size(level),
                        arch_leaf_flags(entry, level) &
                            (BTL_PERM_READ | BTL_PERM_WRITE | BTL_PERM_EXEC));
        else
            walk_table(walk, entry & BTL_IA64_PTE_ADDRESS, virtual, level - 1);
    }
}

void arch_walk(const struct arch_space *space,
               void (*visit)(void *context, uint64_t virtual, uint64_t size, uint32_t flags),
               void *context)
{
    const struct walk walk = {visit, context};

    walk_table(&walk, space->root, 0, PAGING_LEVELS);
}
