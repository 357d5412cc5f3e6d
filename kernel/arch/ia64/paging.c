// SPDX-License-Identifier: BSD-2-Clause
// The tree that the miss handlers of ivt.S walk.
//
//   level   5        4        3      2      1
//   covers  256 TiB  512 GiB  1 GiB  2 MiB  4 KiB  per entry; leaves at each level
//
// The top table has four entries for each region: the index is bits 63 to 61 and 49 to 48 of the
// address. Below are tables of 512 entries. An entry is 0, or the physical address of a table and
// PRESENT, or a translation as `itc` takes it, which has ACCESSED. So the loader's tree
// (btl/boot.h) fits below level 4. Larger leaves are entered in parts, by the sizes that the
// processor has: 1 MiB of level 2, 256 MiB of 3 and 4, 4 KiB of 5.
#include "arch/ia64/paging.h"

#include "base/handoff.h"
#include "vm/page.h"

#include <btl/kernel.h>

#define PTE_PRESENT BTL_IA64_PTE_PRESENT
#define PTE_LEAF    BTL_IA64_PTE_ACCESSED
#define PTE_COMMON  (PTE_PRESENT | PTE_LEAF | BTL_IA64_PTE_DIRTY)
#define PTE_RWX     0x600ull
#define PTE_RIGHTS  0xe00ull
#define PTE_WC      0x018ull
#define PTE_MEMORY  0x01cull

#define LARGEST_LEAF 3 // that the kernel makes; the handlers would take larger ones

// The tree until the VM runs: the direct map one to one (the miss handler finds how each page is
// cached), and the loader's window.
static uint64_t boot_top[PAGING_SLOTS] __attribute__((aligned(BTL_PAGE_SIZE)));
static uint64_t boot_window[PAGING_SLOTS] __attribute__((aligned(BTL_PAGE_SIZE)));

// The memory map, for the miss handler of the first tree. Entries are `stride` bytes apart.
static struct memory_table {
    uint64_t first, count, stride; // physical
} memory_table;
_Static_assert(sizeof(memory_table) == 24, "ivt.S");
_Static_assert(offsetof(struct btlm_memory, size) == 8 &&
                   offsetof(struct btlm_memory, type) == 16 &&
                   offsetof(struct btlm_memory, attributes) == 24,
               "ivt.S");

void paging_know_memory(const struct btl_manifest *manifest)
{
    const struct btlm_table *table = &manifest->table[BTLM_MEMORY];

    if (table->count > 0)
        memory_table =
            (struct memory_table){physical_of(btl_manifest_entry(manifest, BTLM_MEMORY, 0)),
                                  table->count, table->entry_size};
    write_memory_table(physical_of(&memory_table));
}

// The I/O port space in region 6, uncached: tables of levels 4, 3 and 2 that every space shares.
// It is aligned to its size, so that one table of level 2 holds it.
static uint64_t ports[3][PAGING_SLOTS] __attribute__((aligned(BTL_PAGE_SIZE)));

static void make_ports(uint64_t physical)
{
    const uint64_t virtual = BTL_IA64_UNCACHED | physical, step = tables_size(2);
    const uint64_t leaf = PTE_COMMON | BTL_IA64_PTE_RW | BTL_IA64_PTE_UNCACHED;

    ports[0][paging_slot(virtual, 4)] = physical_of(ports[1]) | PTE_PRESENT;
    ports[1][paging_slot(virtual, 3)] = physical_of(ports[2]) | PTE_PRESENT;
    for (uint64_t done = 0; done < PORT_SPACE_SIZE; done += step)
        ports[2][paging_slot(virtual + done, 2)] = (physical + done) | leaf;
}

// Nothing else of region 6 is ever mapped: it would be a second, writable mapping of code.
static void enter_ports(uint64_t *top)
{
    if (port_space() != 0)
        top[paging_slot(BTL_IA64_UNCACHED | port_space(), PAGING_LEVELS)] =
            physical_of(ports) | PTE_PRESENT;
}

_Static_assert(PTE_UNCACHED == BTL_IA64_PTE_UNCACHED && MEMORY_MMIO == BTLM_MEM_MMIO &&
                   MEMORY_CACHE_TYPES == BTLM_CACHE_TYPES &&
                   1u << MEMORY_WRITE_BACK_BIT == BTLM_WRITE_BACK,
               "ivt.S");

void paging_init(void)
{
    const uint64_t direct = paging_slot(BTL_IA64_DIRECT_MAP, PAGING_LEVELS);

    for (uint64_t i = 0; i < 4; i++)
        boot_top[direct + i] = i << 48 | PTE_COMMON | BTL_IA64_PTE_RW;
    boot_window[0] = read_boot_root() | PTE_PRESENT;
    boot_top[paging_slot(BTL_IA64_WINDOW, PAGING_LEVELS)] = physical_of(boot_window) | PTE_PRESENT;
    if (port_space() != 0)
        make_ports(port_space());
    enter_ports(boot_top);
    write_root(physical_of(boot_top));
}

int arch_table_levels(void)
{
    return PAGING_LEVELS;
}

int arch_largest_leaf(void)
{
    return LARGEST_LEAF;
}

size_t arch_table_slot(uint64_t virtual, int level)
{
    return paging_slot(virtual, level);
}

uint64_t arch_table_entry(uint64_t table)
{
    return table | PTE_PRESENT;
}

bool arch_entry_is_leaf(uint64_t entry, int level)
{
    return paging_is_leaf(entry);
}

uint64_t arch_entry_address(uint64_t entry, int level)
{
    return entry & BTL_IA64_PTE_ADDRESS;
}

uint64_t arch_leaf_entry(uint64_t physical, uint32_t flags, int level)
{
    uint64_t bits = physical | PTE_COMMON | BTL_IA64_PTE_R;

    if ((flags & BTL_PERM_WRITE) && (flags & BTL_PERM_EXEC))
        bits |= PTE_RWX;
    else if (flags & BTL_PERM_WRITE)
        bits |= BTL_IA64_PTE_RW;
    else if (flags & BTL_PERM_EXEC)
        bits |= BTL_IA64_PTE_RX;
    if (flags & MAP_UNCACHED)
        bits |= BTL_IA64_PTE_UNCACHED;
    else if (flags & MAP_WRITE_COMBINING)
        bits |= PTE_WC;
    return bits;
}

uint32_t arch_leaf_flags(uint64_t entry, int level)
{
    uint64_t rights = entry & PTE_RIGHTS, memory = entry & PTE_MEMORY;
    uint32_t flags = BTL_PERM_READ;

    if (rights == BTL_IA64_PTE_RW || rights == PTE_RWX)
        flags |= BTL_PERM_WRITE;
    if (rights == BTL_IA64_PTE_RX || rights == PTE_RWX)
        flags |= BTL_PERM_EXEC;
    if (memory == BTL_IA64_PTE_UNCACHED)
        flags |= MAP_UNCACHED;
    if (memory == PTE_WC)
        flags |= MAP_WRITE_COMBINING;
    return flags;
}

bool arch_space_create(struct arch_space *ret_space)
{
    if (!pages_alloc(1, PF_PAGE_TABLE, &ret_space->root))
        return false;
    enter_ports(phys_to_virt(ret_space->root));
    return true;
}

// Regions 4 to 7 are the kernel's half.
bool arch_space_create_beside(const struct arch_space *kernel, struct arch_space *ret_space)
{
    const size_t first = paging_slot(1ull << 63, PAGING_LEVELS);
    uint64_t *to, *from;

    if (!arch_space_create(ret_space))
        return false;
    to = phys_to_virt(ret_space->root);
    from = phys_to_virt(kernel->root);
    memcpy(to + first, from + first, (PAGING_SLOTS - first) * sizeof(*to));
    return true;
}
