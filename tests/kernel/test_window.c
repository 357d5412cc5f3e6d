// SPDX-License-Identifier: BSD-2-Clause
#include "host.h"

#include <string.h>

#include "vm/window.h"

#include <btl/aslr.h>

#define START (0xffffffff80000000ull + 0x5000)
#define END   (START + (64ull << 20))

static int begin(void **state)
{
    host_memory(64);
    assert_true(window_init(START, END));
    return 0;
}

static int end(void **state)
{
    host_memory_end();
    return 0;
}

EACH_TEST(begin, end)

TEST(addresses_lie_inside_with_a_guard_behind)
{
    uint64_t a, b;

    assert_true(window_alloc(WINDOW_UNIT, BTL_PAGE_SIZE, &a)); // two units: the guard needs one
    assert_true(window_alloc(WINDOW_UNIT - BTL_PAGE_SIZE, BTL_PAGE_SIZE, &b));
    assert_true(a >= START && a + WINDOW_UNIT < END);
    assert_true(a + WINDOW_UNIT + BTL_PAGE_SIZE <= b || b + WINDOW_UNIT <= a);
}

TEST(any_alignment_is_had_and_nothing_is_lost)
{
    uint64_t before = window_free_bytes(), address;

    for (uint64_t align = BTL_PAGE_SIZE; align <= 2u << 20; align *= 2) {
        assert_true(window_alloc(100, align, &address));
        assert_int_equal(address % align, 0);
        assert_true(address >= START && address < END);
        window_free(address, 100);
        assert_int_equal(window_free_bytes(), before);
    }
}

TEST(the_window_ends)
{
    uint64_t address, count = 0;

    assert_false(window_alloc(0, BTL_PAGE_SIZE, &address));
    assert_false(window_alloc(END - START, BTL_PAGE_SIZE, &address));
    assert_false(window_alloc(UINT64_MAX, BTL_PAGE_SIZE, &address));
    assert_false(window_alloc(1, 1ull << 62, &address));
    while (window_alloc(BTL_PAGE_SIZE, BTL_PAGE_SIZE, &address))
        count++;
    assert_int_equal(count, (END - START) / WINDOW_UNIT - 1); // the first unit is not whole
    assert_int_equal(window_free_bytes(), 0);
}

TEST(a_window_of_nothing_is_refused)
{
    assert_false(window_init(END, END));
    assert_false(window_init(UINT64_MAX - 5, UINT64_MAX));
}

static void check_shrink(uint64_t size, uint64_t first, uint64_t last, uint64_t at_start,
                         uint64_t at_end)
{
    uint64_t start = START, end = START + size, random[] = {first, last};

    window_shrink(&start, &end, random);
    assert_int_equal(start, START + at_start);
    assert_int_equal(end, START + size - at_end);
}

TEST(a_random_range_leaves_half_of_the_window)
{
    check_shrink(0, 77, 78, 0, 0);
    check_shrink(4 * WINDOW_UNIT - 1, 77, 78, 0, 0);
    check_shrink(4 * WINDOW_UNIT, 1, 0, WINDOW_UNIT, 0);
    check_shrink(4 * WINDOW_UNIT, 2, 1, 0, WINDOW_UNIT);
    check_shrink(1u << 30, 4096, 4096, BTL_ASLR_LATER_SPACE, BTL_ASLR_LATER_SPACE);
    check_shrink(1ull << 31, 4097, 4095, 0, BTL_ASLR_LATER_SPACE - WINDOW_UNIT);
}

TEST(the_first_address_follows_the_end)
{
    uint64_t a, b;

    assert_true(window_alloc(BTL_PAGE_SIZE, BTL_PAGE_SIZE, &a));
    end(NULL);
    host_memory(64);
    assert_true(window_init(START, END - 5 * WINDOW_UNIT));
    assert_true(window_alloc(BTL_PAGE_SIZE, BTL_PAGE_SIZE, &b));
    assert_true(a != b && a >= END - 2 * WINDOW_UNIT && b <= END - 6 * WINDOW_UNIT);
}
