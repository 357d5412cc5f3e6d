// SPDX-License-Identifier: BSD-2-Clause
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "vm/buddy.h"

#define UNITS 1000u

static struct buddy_link links[UNITS];
static struct buddy buddy;

static void begin(void)
{
    memset(links, 0, sizeof(links));
    buddy_init(&buddy, links, sizeof(links[0]), UNITS);
    buddy_free(&buddy, 0, UNITS);
}

// Return the largest free block, in units.
static uint64_t largest_free(void)
{
    for (int order = BUDDY_ORDERS - 1; order >= 0; order--)
        if (buddy.free[order] != BTL_NONE)
            return 1ull << order;
    return 0;
}

TEST(nothing_is_free_at_first)
{
    uint32_t unit;

    memset(links, 0, sizeof(links));
    buddy_init(&buddy, links, sizeof(links[0]), UNITS);
    assert_false(buddy_alloc(&buddy, 1, &unit));
    assert_int_equal(largest_free(), 0);
}

TEST(takes_no_more_than_asked)
{
    uint32_t unit;

    begin();
    assert_true(buddy_alloc(&buddy, 65, &unit)); // 63 of a block of 128 are returned
    assert_int_equal(buddy.free_units, UNITS - 65);
    assert_true(unit + 65 <= UNITS);
}

TEST(a_run_longer_than_the_largest_block_is_refused)
{
    uint32_t unit;

    begin();
    assert_int_equal(largest_free(), 512);
    assert_true(buddy_alloc(&buddy, 512, &unit));
    assert_false(buddy_alloc(&buddy, 512, &unit)); // 488 are left
    assert_false(buddy_alloc(&buddy, 0, &unit));
    assert_false(buddy_alloc(&buddy, UINT32_MAX, &unit));
}

TEST(what_is_freed_joins_again)
{
    uint32_t unit[UNITS];

    begin();
    for (uint32_t i = 0; i < UNITS; i++)
        assert_true(buddy_alloc(&buddy, 1, &unit[i]));
    assert_int_equal(buddy.free_units, 0);
    for (uint32_t i = 0; i < UNITS; i += 2)
        buddy_free(&buddy, unit[i], 1);
    for (uint32_t i = 1; i < UNITS; i += 2)
        buddy_free(&buddy, unit[i], 1);
    assert_int_equal(buddy.free_units, UNITS);
    assert_int_equal(largest_free(), 512);
}

TEST(parts_of_an_allocation_can_be_freed)
{
    uint32_t unit;

    begin();
    assert_true(buddy_alloc(&buddy, 100, &unit));
    buddy_free(&buddy, unit + 50, 50);
    buddy_free(&buddy, unit, 13);
    buddy_free(&buddy, unit + 13, 37);
    assert_int_equal(buddy.free_units, UNITS);
    assert_int_equal(largest_free(), 512);
}

// Compare with a model of the owner of each unit: no unit is allocated twice, none is lost.
TEST(random_use_agrees_with_a_model)
{
    static uint8_t taken[UNITS];
    static struct {
        uint32_t first, count;
    } run[200];
    uint32_t runs = 0, in_use = 0;

    begin();
    memset(taken, 0, sizeof(taken));
    srand(1);
    for (int step = 0; step < 100000; step++) {
        if (runs < BTL_COUNT(run) && rand() % 2) {
            uint32_t count = 1 + (uint32_t)rand() % 30, first;
            if (!buddy_alloc(&buddy, count, &first))
                continue;
            assert_true(first + count <= UNITS);
            for (uint32_t i = first; i < first + count; i++)
                assert_int_equal(taken[i]++, 0);
            run[runs].first = first;
            run[runs++].count = count;
            in_use += count;
        } else if (runs > 0) {
            uint32_t at = (uint32_t)rand() % runs;
            for (uint32_t i = 0; i < run[at].count; i++)
                taken[run[at].first + i] = 0;
            buddy_free(&buddy, run[at].first, run[at].count);
            in_use -= run[at].count;
            run[at] = run[--runs];
        }
        assert_int_equal(buddy.free_units, UNITS - in_use);
    }
    while (runs-- > 0)
        buddy_free(&buddy, run[runs].first, run[runs].count);
    assert_int_equal(largest_free(), 512);
}
