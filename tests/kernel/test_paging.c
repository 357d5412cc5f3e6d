// SPDX-License-Identifier: BSD-2-Clause
// The page tables of x86-64, 4 and 5 levels, made in host memory and read back twice: by the
// kernel's space_translate(), and by arch_walk(), which shares no code with their making.
#include "host.h"

#include "arch/x86_64/cpu.h"
#include "base/arch.h"
#include "vm/page.h"
#include "vm/tables.h"

#define PAGES  512u
#define DIRECT 0xffff800000000000ull
#define WINDOW 0xffffffff80000000ull
#define LARGE  (2ull << 20)
#define HUGE_  (1ull << 30)

enum { R = BTL_PERM_READ, W = BTL_PERM_WRITE, X = BTL_PERM_EXEC };

static struct arch_space space;

static int begin(void **state)
{
    host_memory(PAGES);
    cpu_cr4 = *state != NULL ? CR4_LA57 : 0;
    cpu_has_1g = true;
    cpu_cr0 = cpu_efer = 0;
    cpu_pat = 0x0007040600070406ull;
    paging_init();
    assert_true(arch_space_create(&space));
    return 0;
}

static int end(void **state)
{
    assert_true(pages_verify());
    host_memory_end();
    return 0;
}

struct seen {
    uint64_t mappings, bytes, write_exec;
    uint64_t lowest, highest;
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

static void assert_maps(uint64_t virtual, uint64_t physical, uint32_t flags)
{
    uint64_t found;
    uint32_t with;

    assert_true(space_translate(&space, virtual, &found, &with));
    assert_int_equal(found, physical);
    assert_int_equal(with, flags);
}

EACH_TEST(begin, end)

// A test of tables of 4 and of 5 levels.
static bool five = true;
#define TEST_OF_LEVELS(function)                                                                   \
    static void function(void **state);                                                            \
    TEST_CONSTRUCTOR(test_register_, function)                                                     \
    {                                                                                              \
        test_register(__LINE__, (struct CMUnitTest){.name = #function " (4 levels)",               \
                                                    .test_func = function});                       \
        test_register(__LINE__, (struct CMUnitTest){.name = #function " (5 levels)",               \
                                                    .test_func = function,                         \
                                                    .initial_state = &five});                      \
    }                                                                                              \
    static void function(void **state)

TEST_OF_LEVELS(the_processor_is_made_to_enforce)
{
    assert_true(cpu_efer & EFER_NXE);
    assert_true(cpu_cr0 & CR0_WP);
    assert_int_equal(cpu_pat >> 32 & 0xff, 1); // slot 4: write combining
    assert_int_equal(cpu_pat & 0xffffffff, 0x00070406);
}

TEST_OF_LEVELS(large_pages_where_both_addresses_allow)
{
    uint64_t start = LARGE - BTL_PAGE_SIZE, size = 2 * BTL_PAGE_SIZE + HUGE_ + LARGE;
    struct seen seen;

    assert_true(space_map(&space, DIRECT + start, start, size, R | W));
    seen = walk();
    assert_int_equal(seen.bytes, size);
    assert_int_equal(seen.lowest, DIRECT + start);
    assert_int_equal(seen.highest, DIRECT + start + size - 1);
    assert_int_equal(seen.mappings, 1 + 511 + 2 + 1); // 4 KiB, 2 MiB up to 1 GiB, two more, 4 KiB
    assert_maps(DIRECT + HUGE_ + 12345, HUGE_ + 12345, R | W);
}

TEST_OF_LEVELS(a_gigabyte_is_one_page_if_the_processor_has_it)
{
    assert_true(space_map(&space, DIRECT + HUGE_, HUGE_, HUGE_, R | W));
    assert_int_equal(walk().mappings, 1);
}

TEST_OF_LEVELS(without_them_it_is_512_pages)
{
    cpu_has_1g = false;
    paging_init();
    assert_true(space_map(&space, DIRECT + HUGE_, HUGE_, HUGE_, R | W));
    assert_int_equal(walk().mappings, 512);
}

TEST_OF_LEVELS(odd_addresses_are_mapped_in_small_pages)
{
    assert_true(space_map(&space, WINDOW, BTL_PAGE_SIZE, LARGE, R));
    assert_int_equal(walk().mappings, 512);
    assert_maps(WINDOW + LARGE - 1, LARGE + BTL_PAGE_SIZE - 1, R);
}

TEST_OF_LEVELS(writable_and_executable_is_refused)
{
    assert_panics(space_map(&space, WINDOW, 0, BTL_PAGE_SIZE, R | W | X),
                  "writable and executable");
    assert_true(space_map(&space, WINDOW, 0, BTL_PAGE_SIZE, R | X));
    assert_panics(space_protect(&space, WINDOW, BTL_PAGE_SIZE, R | W | X),
                  "writable and executable");
    assert_int_equal(walk().write_exec, 0);
}

// The kernel's check of itself can fail: the walk reports a mapping reserved for the firmware.
TEST_OF_LEVELS(the_walk_finds_what_is_both)
{
    assert_true(space_map(&space, 0x1000, 0x1000, BTL_PAGE_SIZE, R | W | X | MAP_FIRMWARE));
    assert_int_equal(walk().write_exec, 1);
}

TEST_OF_LEVELS(protecting_a_part_splits_and_keeps_the_rest)
{
    assert_true(space_map(&space, DIRECT + HUGE_, HUGE_, HUGE_, R | W));
    assert_true(space_protect(&space, DIRECT + HUGE_ + 5 * BTL_PAGE_SIZE, BTL_PAGE_SIZE, R));
    assert_int_equal(walk().bytes, HUGE_);
    assert_int_equal(walk().mappings, 511 + 512);
    assert_maps(DIRECT + HUGE_ + 4 * BTL_PAGE_SIZE, HUGE_ + 4 * BTL_PAGE_SIZE, R | W);
    assert_maps(DIRECT + HUGE_ + 5 * BTL_PAGE_SIZE, HUGE_ + 5 * BTL_PAGE_SIZE, R);
    assert_maps(DIRECT + HUGE_ + 6 * BTL_PAGE_SIZE, HUGE_ + 6 * BTL_PAGE_SIZE, R | W);
}

TEST_OF_LEVELS(whole_large_pages_are_protected_without_splitting)
{
    uint64_t free;

    assert_true(space_map(&space, DIRECT + LARGE, LARGE, 4 * LARGE, R | W));
    free = pages_owned(PF_FREE);
    assert_true(space_protect(&space, DIRECT + 2 * LARGE, 2 * LARGE, R));
    assert_int_equal(pages_owned(PF_FREE), free);
    assert_int_equal(walk().mappings, 4);
    assert_maps(DIRECT + 2 * LARGE, 2 * LARGE, R);
    assert_maps(DIRECT + 4 * LARGE, 4 * LARGE, R | W);
}

TEST_OF_LEVELS(memory_types_survive_splitting)
{
    assert_true(space_map(&space, WINDOW, LARGE, LARGE, R | W | MAP_WRITE_COMBINING));
    assert_true(space_map(&space, WINDOW + LARGE, 2 * LARGE, LARGE, R | W | MAP_UNCACHED));
    assert_maps(WINDOW + 5000, LARGE + 5000, R | W | MAP_WRITE_COMBINING);
    assert_true(space_protect(&space, WINDOW + LARGE, BTL_PAGE_SIZE, R | MAP_UNCACHED));
    assert_true(space_protect(&space, WINDOW, BTL_PAGE_SIZE, R | MAP_WRITE_COMBINING));
    assert_maps(WINDOW + 8192, LARGE + 8192, R | W | MAP_WRITE_COMBINING);
    assert_maps(WINDOW, LARGE, R | MAP_WRITE_COMBINING);
    assert_maps(WINDOW + LARGE + 8192, 2 * LARGE + 8192, R | W | MAP_UNCACHED);
}

TEST_OF_LEVELS(what_is_unmapped_is_gone)
{
    uint64_t physical;
    uint32_t flags;

    assert_true(space_map(&space, WINDOW, LARGE, LARGE + BTL_PAGE_SIZE, R));
    space_unmap(&space, WINDOW, LARGE);
    assert_false(space_translate(&space, WINDOW, &physical, &flags));
    assert_false(space_translate(&space, WINDOW + LARGE - 1, &physical, &flags));
    assert_maps(WINDOW + LARGE, 2 * LARGE, R);
    space_unmap(&space, WINDOW, 2 * LARGE); // holes are skipped
    assert_int_equal(walk().mappings, 0);
    assert_true(space_map(&space, WINDOW, 0, LARGE, R));
    assert_panics(space_unmap(&space, WINDOW, BTL_PAGE_SIZE), "inside a large page");
}

// The old translation may be cached.
TEST_OF_LEVELS(mapping_over_a_page_panics)
{
    assert_true(space_map(&space, WINDOW, 0, BTL_PAGE_SIZE, R | W));
    assert_panics(space_map(&space, WINDOW, 0, BTL_PAGE_SIZE, R), "mapped already");
    assert_panics(space_map(&space, WINDOW, 0, LARGE, R), "mapped already");
}

TEST_OF_LEVELS(a_space_beside_has_the_kernels_half_alone)
{
    struct arch_space beside;
    uint64_t physical;
    uint32_t flags;

    assert_true(space_map(&space, WINDOW, LARGE, BTL_PAGE_SIZE, R | X));
    assert_true(space_map(&space, 0x5000, 0x5000, BTL_PAGE_SIZE, R | W));
    assert_true(arch_space_create_beside(&space, &beside));
    assert_false(space_translate(&beside, 0x5000, &physical, &flags));
    assert_true(space_map(&beside, 0x7000, 0x7000, BTL_PAGE_SIZE, R | W));
    space = beside;
    assert_maps(WINDOW, LARGE, R | X);
    assert_maps(0x7000, 0x7000, R | W);
}

TEST_OF_LEVELS(without_memory_for_tables_mapping_says_so)
{
    uint64_t physical;

    assert_true(space_map(&space, DIRECT, 0, HUGE_, R | W));
    while (pages_alloc(1, PF_PAGES, &physical))
        ;
    assert_false(space_map(&space, WINDOW, 0, BTL_PAGE_SIZE, R));
    assert_false(space_protect(&space, DIRECT, BTL_PAGE_SIZE, R));
    assert_maps(DIRECT, 0, R | W); // as it was
}
