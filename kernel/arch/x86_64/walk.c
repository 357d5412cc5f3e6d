// SPDX-License-Identifier: BSD-2-Clause
// A walk of page tables as the processor does it, for checks: permissions of all levels combined.
#include "arch/x86_64/cpu.h"
#include "base/arch.h"

#include <btl/kernel.h>

#define PTE_PRESENT 1ull
#define PTE_WRITE   2ull
#define PTE_LARGE   (1ull << 7)
#define PTE_NX      (1ull << 63)
#define PTE_ADDRESS 0x000ffffffffff000ull

struct walk {
    void (*visit)(void *context, uint64_t virtual, uint64_t size, uint32_t flags);
    void *context;
};

// Addresses are canonical: the top bit of the highest level reaches up to bit 63.
static uint64_t canonical(uint64_t virtual, int levels)
{
    int bits = 12 + 9 * levels;

    return virtual >> (bits - 1) & 1 ? virtual | ~0ull << bits : virtual;
}

// Recursion is as deep as the tables: 5 at most.
static void walk_table(const struct walk *walk, uint64_t table, uint64_t base, int level,
                       uint64_t inherited)
{
    const uint64_t *entries = phys_to_virt(table);
    uint64_t size = 1ull << (12 + 9 * (level - 1));

    for (uint64_t i = 0; i < 512; i++) {
        uint64_t entry = entries[i], virtual = base + i * size;
        // Writable when every level says so, executable when no level forbids it.
        uint64_t rights = (inherited & entry & PTE_WRITE) | ((inherited | entry) & PTE_NX);

        if (!(entry & PTE_PRESENT))
            continue;
        if (level > 1 && !(entry & PTE_LARGE)) {
            walk_table(walk, entry & PTE_ADDRESS, virtual, level - 1, rights);
            continue;
        }
        walk->visit(walk->context, canonical(virtual, read_cr4() & CR4_LA57 ? 5 : 4), size,
                    BTL_PERM_READ | (rights & PTE_WRITE ? BTL_PERM_WRITE : 0) |
                        (rights & PTE_NX ? 0 : BTL_PERM_EXEC));
    }
}

void arch_walk(const struct arch_space *space,
               void (*visit)(void *context, uint64_t virtual, uint64_t size, uint32_t flags),
               void *context)
{
    const struct walk walk = {visit, context};

    walk_table(&walk, space->root, 0, read_cr4() & CR4_LA57 ? 5 : 4, PTE_WRITE);
}
