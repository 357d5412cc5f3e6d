// SPDX-License-Identifier: BSD-2-Clause
#include "host.h"

#include <string.h>

#include "vm/window.h"

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
