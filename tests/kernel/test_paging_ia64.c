// SPDX-License-Identifier: BSD-2-Clause
// The tree of ia64, made in host memory and read back three times: by space_translate(), by
// arch_walk(), and by a model of the miss handlers of ivt.S, which returns the processor's entry.
#include "host.h"

// The host kernel has the functions of x86-64 under these names.
#define arch_space_create        ia64_space_create
#define arch_space_create_beside ia64_space_create_beside
#define arch_space_use           ia64_space_use
#define arch_table_levels        ia64_table_levels
#define arch_largest_leaf        ia64_largest_leaf
#define arch_table_slot          ia64_table_slot
#define arch_table_entry         ia64_table_entry
#define arch_leaf_entry          ia64_leaf_entry
#define arch_entry_is_leaf       ia64_entry_is_leaf
#define arch_entry_address       ia64_entry_address
#define arch_leaf_flags          ia64_leaf_flags
#define arch_tlb_purge           ia64_tlb_purge
#define arch_walk                ia64_walk
#define space_map                ia64_space_map
#define space_protect            ia64_space_protect
#define space_unmap              ia64_space_unmap
#define space_translate          ia64_space_translate
#define paging_init              ia64_paging_init
#define vm_space_build           ia64_vm_space_build
#include "../../kernel/arch/ia64/paging.c"
#include "../../kernel/arch/ia64/tlb.c"
#include "../../kernel/arch/ia64/walk.c"
#include "../../kernel/vm/space.c"
#include "../../kernel/vm/tables.c"
#include "world.h"

#define PAGES  512u
#define DIRECT BTL_IA64_DIRECT_MAP
#define WINDOW BTL_IA64_WINDOW
#define LARGE  (2ull << 20)
#define HUGE_  (1ull << 30)

enum { R = BTL_PERM_READ, W = BTL_PERM_WRITE, X = BTL_PERM_EXEC };

uint64_t cpu_boot_root, cpu_root, cpu_memory_table;
static uint64_t port_base;
static uint64_t purged_start, purged_bytes, purges, purged_outside;
static struct arch_space space;

// Static tables have host addresses: check their content, not their place.
uint64_t physical_of(const void *at)
{
    return (uint64_t)(uintptr_t)at & 0x0003ffffffffffffull;
}

bool arch_boot_stack(unsigned index, struct arch_range *ret)
{
    return false;
}

uint64_t port_space(void)
{
    return port_base;
}

void purge_registers(uint64_t virtual, unsigned bits)
{
    uint64_t size = 1ull << bits;

    assert_int_equal(virtual & (size - 1), 0);
    if (purged_bytes > 0 && virtual != purged_start + purged_bytes)
        purged_outside++;
    if (purged_bytes == 0)
        purged_start = virtual;
    purged_bytes += size;
    purges++;
}

static void forget_purges(void)
{
    purged_bytes = purges = purged_outside = 0;
}

static int begin(void **state)
{
    host_memory(PAGES);
    forget_purges();
    port_base = 0;
    assert_true(arch_space_create(&space));
    cpu_root = space.root;
    return 0;
}

static int end(void **state)
{
    assert_true(pages_verify());
    host_memory_end();
    return 0;
}

// Return the handlers' entry for an address: a translation and the logarithm of its size.
static bool miss(uint64_t address, uint64_t *ret_translation, unsigned *ret_bits)
{
    static const unsigned bits_of_level[] = {0, 12, 20, 28, 28, 12},
                          index_of_level[] = {0, 12, 21, 30, 39};
    uint64_t table = cpu_root, entry;
    int level = 5;

    if (address >> 50 & 0x7ff)
        return false;
    entry = ((const uint64_t *)phys_to_virt(table))[(address >> 61) * 4 + (address >> 48 & 3)];
    while (entry != 0 && !(entry & 0x20)) {
        table = entry & ~0xfffull;
        level--;
        entry = ((const uint64_t *)phys_to_virt(table))[address >> index_of_level[level] & 511];
    }
    if (entry == 0)
        return false;
    *ret_bits = bits_of_level[level];
    if (level > 1)
        entry += address & ((1ull << (12 + 9 * (level - 1))) - 1) & ~((1ull << *ret_bits) - 1);
    *ret_translation = entry;
    return true;
}

static void assert_maps(uint64_t virtual, uint64_t physical, uint32_t flags)
{
    static const unsigned rights[] = {[R] = 0, [R | X] = 1, [R | W] = 2, [R | W | X] = 3};
    uint64_t found, translation;
    uint32_t with;
    unsigned bits;

    assert_true(space_translate(&space, virtual, &found, &with));
    assert_int_equal(found, physical);
    assert_int_equal(with, flags);
    assert_true(miss(virtual, &translation, &bits));
    assert_int_equal((translation & 0x0003fffffffff000ull) + (virtual & ((1ull << bits) - 1)),
                     physical);
    assert_int_equal(translation >> 9 & 7, rights[flags & (R | W | X)]);
    assert_int_equal(translation & 0x61, 0x61);               // present, accessed, dirty
    assert_int_equal(translation & 0xfffc000000000182ull, 0); // level 0; reserved, ignored bits
}

static void assert_absent(uint64_t virtual)
{
    uint64_t translation;
    uint32_t flags;
    unsigned bits;

    assert_false(space_translate(&space, virtual, &translation, &flags));
    assert_false(miss(virtual, &translation, &bits));
}

struct seen {
    uint64_t mappings, bytes, write_exec, lowest, highest;
};

static void visit(void *context, uint64_t virtual, uint64_t size, uint32_t flags)
{
    struct seen *seen = context;

    seen->mappings++;
    seen->bytes += size;
    seen->write_exec += (flags & W) && (flags & X);
    if (virtual < seen->lowest)
        seen->lowest = virtual;
    if (virtual + size - 1 > seen->highest)
        seen->highest = virtual + size - 1;
}

static struct seen walk(void)
{
    struct seen seen = {.lowest = UINT64_MAX};

    arch_walk(&space, visit, &seen);
    return seen;
}

EACH_TEST(begin, end)

TEST(the_first_tree_has_the_direct_map_and_the_loaders_window)
{
    uint64_t window;

    cpu_boot_root = 0x123000;
    paging_init();
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(boot_top[7 * 4 + i], i << 48 | 0x461);
    window = boot_top[5 * 4];
    assert_int_equal(window, physical_of(boot_window) | 1);
    assert_int_equal(boot_window[0], 0x123001);
    for (size_t i = 1; i < PAGING_SLOTS; i++)
        assert_int_equal(boot_window[i], 0);
    assert_int_equal(cpu_root, physical_of(boot_top));
}

// Entries of static tables hold host addresses: follow them by hand.
TEST(of_region_6_the_ports_alone_are_mapped)
{
    const uint64_t uncached = PTE_COMMON | BTL_IA64_PTE_RW | BTL_IA64_PTE_UNCACHED;
    size_t used = 0;

    port_base = 0x0000fffffc000000ull; // the last 64 MiB of 256 TiB
    cpu_boot_root = 0x123000;
    paging_init();
    assert_int_equal(boot_top[6 * 4], physical_of(ports) | 1);
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(boot_top[6 * 4 + i], 0);
    assert_int_equal(ports[0][511], physical_of(ports[1]) | 1);
    assert_int_equal(ports[1][511], physical_of(ports[2]) | 1);
    for (size_t i = 0; i < PAGING_SLOTS; i++)
        used += (ports[0][i] != 0) + (ports[1][i] != 0) + (ports[2][i] != 0);
    assert_int_equal(used, 1 + 1 + 32);
    for (size_t i = 0; i < 32; i++)
        assert_int_equal(ports[2][480 + i], (port_base + i * LARGE) | uncached);
    assert_true(arch_space_create(&space));
    assert_int_equal(((const uint64_t *)phys_to_virt(space.root))[6 * 4], physical_of(ports) | 1);
}

TEST(large_leaves_where_both_addresses_allow)
{
    uint64_t start = LARGE - BTL_PAGE_SIZE, size = 2 * BTL_PAGE_SIZE + HUGE_ + LARGE;
    struct seen seen;

    assert_true(space_map(&space, DIRECT + start, start, size, R | W));
    seen = walk();
    assert_int_equal(seen.bytes, size);
    assert_int_equal(seen.lowest, DIRECT + start);
    assert_int_equal(seen.highest, DIRECT + start + size - 1);
    assert_int_equal(seen.mappings, 1 + 511 + 2 + 1); // 4 KiB, 2 MiB up to 1 GiB, two more, 4 KiB
    for (uint64_t at = start; at < start + size; at += 0x7ffff)
        assert_maps(DIRECT + at, at, R | W);
    assert_absent(DIRECT + start - 1);
    assert_absent(DIRECT + start + size);
}

TEST(a_gigabyte_is_entered_by_quarters)
{
    uint64_t translation;
    unsigned bits;

    assert_true(space_map(&space, DIRECT + HUGE_, HUGE_, HUGE_, R | W));
    assert_int_equal(walk().mappings, 1);
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t quarter = HUGE_ + (i << 28);
        assert_true(miss(DIRECT + quarter + 77, &translation, &bits));
        assert_int_equal(bits, 28);
        assert_int_equal(translation & 0x0003fffffffff000ull, quarter);
    }
}

TEST(two_megabytes_are_entered_by_halves)
{
    uint64_t translation;
    unsigned bits;

    assert_true(space_map(&space, WINDOW + LARGE, LARGE, LARGE, R | X));
    assert_int_equal(walk().mappings, 1);
    assert_true(miss(WINDOW + LARGE + (1 << 20) + 5, &translation, &bits));
    assert_int_equal(bits, 20);
    assert_int_equal(translation & 0x0003fffffffff000ull, LARGE + (1 << 20));
}

TEST(addresses_of_all_regions_and_widths)
{
    const uint64_t far = 1ull << 49 | 1ull << 48 | 1ull << 47;

    for (uint64_t region = 0; region < 8; region++) {
        uint64_t virtual = region << 61 | far;
        assert_true(space_map(&space, virtual, far, BTL_PAGE_SIZE, R));
        assert_maps(virtual, far, R);
        assert_absent(virtual ^ 1ull << 48);
    }
    assert_int_equal(walk().highest, (7ull << 61 | far) + BTL_PAGE_SIZE - 1);
    assert_int_equal(walk().mappings, 8);
}

TEST(bits_that_no_address_has_are_not_served)
{
    uint64_t translation;
    unsigned bits;

    assert_true(space_map(&space, DIRECT, 0, BTL_PAGE_SIZE, R | W));
    for (unsigned bit = 50; bit < 61; bit++)
        assert_false(miss(DIRECT | 1ull << bit, &translation, &bits));
}

TEST(write_and_execute_together_are_refused)
{
    assert_panics(space_map(&space, WINDOW, 0, BTL_PAGE_SIZE, R | W | X),
                  "writable and executable");
    assert_true(space_map(&space, WINDOW, 0, BTL_PAGE_SIZE, R | X));
    assert_panics(space_protect(&space, WINDOW, BTL_PAGE_SIZE, R | W | X),
                  "writable and executable");
    assert_int_equal(walk().write_exec, 0);
    assert_true(space_map(&space, 0x1000, 0x1000, BTL_PAGE_SIZE, R | W | X | MAP_FIRMWARE));
    assert_maps(0x1000, 0x1000, R | W | X);
}

TEST(protecting_splits_and_purges_what_it_changes)
{
    uint64_t at = DIRECT + HUGE_ + 5 * BTL_PAGE_SIZE;

    assert_true(space_map(&space, DIRECT + HUGE_, HUGE_, HUGE_, R | W));
    assert_int_equal(purges, 0); // absent entries are not cached
    assert_true(space_protect(&space, at, BTL_PAGE_SIZE, R));
    assert_maps(at, HUGE_ + 5 * BTL_PAGE_SIZE, R);
    assert_maps(at - 1, HUGE_ + 5 * BTL_PAGE_SIZE - 1, R | W);
    assert_maps(at + BTL_PAGE_SIZE, HUGE_ + 6 * BTL_PAGE_SIZE, R | W);
    assert_int_equal(walk().bytes, HUGE_);
    assert_int_equal(purged_start, at);
    assert_int_equal(purged_bytes, BTL_PAGE_SIZE);
}

TEST(unmapping_purges_the_range_and_no_more)
{
    const uint64_t start = WINDOW + 0x7f000, size = 0x5000 + LARGE;

    for (uint64_t at = 0; at < size; at += BTL_PAGE_SIZE)
        assert_true(space_map(&space, start + at, at, BTL_PAGE_SIZE, R | W));
    forget_purges();
    space_unmap(&space, start, size);
    assert_int_equal(walk().mappings, 0);
    assert_int_equal(purged_start, start);
    assert_int_equal(purged_bytes, size);
    assert_int_equal(purged_outside, 0);
    assert_true(purges < 40); // in the processor's largest pieces
}

TEST(unmapping_a_part_of_a_large_page_panics)
{
    assert_true(space_map(&space, WINDOW, 0, LARGE, R | W));
    assert_panics(space_unmap(&space, WINDOW + BTL_PAGE_SIZE, BTL_PAGE_SIZE),
                  "inside a large page");
}

TEST(mapping_over_a_table_panics)
{
    assert_true(space_map(&space, WINDOW, 0, BTL_PAGE_SIZE, R));
    assert_panics(space_map(&space, WINDOW, 0, LARGE, R), "mapped already");
}

// The old translation may be cached.
TEST(mapping_over_a_page_panics)
{
    assert_true(space_map(&space, WINDOW, 0, BTL_PAGE_SIZE, R | W));
    assert_panics(space_map(&space, WINDOW, 0, BTL_PAGE_SIZE, R), "mapped already");
    assert_maps(WINDOW, 0, R | W);
}

TEST(memory_types)
{
    uint64_t translation;
    unsigned bits;

    assert_true(space_map(&space, WINDOW, LARGE, BTL_PAGE_SIZE, R | W | MAP_WRITE_COMBINING));
    assert_true(space_map(&space, WINDOW + LARGE, LARGE, LARGE, R | W | MAP_UNCACHED));
    assert_maps(WINDOW, LARGE, R | W | MAP_WRITE_COMBINING);
    assert_maps(WINDOW + LARGE, LARGE, R | W | MAP_UNCACHED);
    assert_true(miss(WINDOW, &translation, &bits));
    assert_int_equal(translation >> 2 & 7, 6);
    assert_true(miss(WINDOW + LARGE, &translation, &bits));
    assert_int_equal(translation >> 2 & 7, 4);
}

static void memory(uint64_t start, uint64_t size, enum btlm_memory_type type, uint64_t attributes)
{
    uint64_t at = world.manifest.table[BTLM_MEMORY].count;

    world_memory(start, size, type);
    world.memory[at].attributes = attributes;
}

TEST(the_direct_map_is_cached_where_the_firmware_says_so)
{
    uint64_t translation;
    unsigned bits;

    world_begin("");
    world.system.direct_map = DIRECT;
    memory(0, HUGE_, BTLM_MEM_USABLE, BTLM_CACHE_TYPES);
    memory(HUGE_, LARGE, BTLM_MEM_USABLE, 1);
    memory(HUGE_ + LARGE, LARGE, BTLM_MEM_RUNTIME_DATA, 0x10);
    memory(HUGE_ + 2 * LARGE, LARGE, BTLM_MEM_USABLE, BTLM_WRITE_BACK);
    world_seal();
    assert_true(vm_space_build(&space));
    cpu_root = space.root;
    for (uint64_t at = 0; at < HUGE_ + 3 * LARGE; at += LARGE / 2) {
        bool cached = at < HUGE_ || at >= HUGE_ + 2 * LARGE;
        assert_true(miss(DIRECT + at, &translation, &bits));
        assert_int_equal(translation >> 2 & 7, cached ? 0 : 4);
        assert_true(bits <= (cached ? 28 : 20)); // nothing beside it
        assert_maps(DIRECT + at, at, R | W | (cached ? 0 : MAP_UNCACHED));
    }
    assert_absent(DIRECT + HUGE_ + 3 * LARGE);
}

TEST(the_handler_of_the_first_tree_is_told_where_the_memory_map_lies)
{
    world_begin("");
    memory(0, LARGE, BTLM_MEM_USABLE, BTLM_WRITE_BACK);
    memory(LARGE, LARGE, BTLM_MEM_USABLE, BTLM_WRITE_BACK);
    paging_know_memory(&world.manifest);
    assert_int_equal(cpu_memory_table, physical_of(&memory_table));
    assert_int_equal(memory_table.first, physical_of(world.memory));
    assert_int_equal(memory_table.count, 2);
    assert_int_equal(memory_table.stride, sizeof(world.memory[0]));
}

// A rejected manifest: the message must still be shown.
TEST(without_a_memory_map_the_handler_has_an_empty_one)
{
    const struct btl_manifest none = {.header = NULL};

    memory_table.count = 0;
    paging_know_memory(&none);
    assert_int_equal(cpu_memory_table, physical_of(&memory_table));
    assert_int_equal(memory_table.count, 0);
}

TEST(a_space_beside_has_the_kernels_regions_alone)
{
    struct arch_space beside;
    uint64_t found;
    uint32_t flags;

    assert_true(space_map(&space, WINDOW, 0, BTL_PAGE_SIZE, R | X));
    assert_true(space_map(&space, 0x1000, 0x1000, BTL_PAGE_SIZE, R));
    assert_true(arch_space_create_beside(&space, &beside));
    assert_true(space_translate(&beside, WINDOW, &found, &flags));
    assert_false(space_translate(&beside, 0x1000, &found, &flags));
}

TEST(no_memory_at_each_table)
{
    for (uint64_t tables = 0; tables < 4; tables++) {
        host_memory_end();
        host_memory(1 + 1 + tables); // frame 0, the top table, and one too few
        assert_true(arch_space_create(&space));
        assert_false(space_map(&space, WINDOW, 0, BTL_PAGE_SIZE, R));
    }
}
