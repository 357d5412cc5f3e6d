// SPDX-License-Identifier: BSD-2-Clause
#include "host.h"

#include <string.h>

#include "vm/early.h"

static uint8_t arena[4096] __attribute__((aligned(16)));

static int begin(void **state)
{
    memset(arena, 0xa5, sizeof(arena));
    early_init(arena, sizeof(arena));
    return 0;
}

EACH_TEST(begin, NULL)

static void *take(size_t size)
{
    return early_alloc(size, NULL);
}

TEST(memory_is_zeroed_and_aligned)
{
    for (size_t size = 0; size < 50; size++) {
        uint8_t *at = take(size);
        assert_non_null(at);
        assert_int_equal((uintptr_t)at % 16, 0);
        assert_true(early_owns(at));
        for (size_t i = 0; i < size; i++)
            assert_int_equal(at[i], 0);
        memset(at, 0xff, size);
    }
    assert_false(early_owns(arena + sizeof(arena)));
}

TEST(the_arena_ends)
{
    assert_null(take(sizeof(arena)));
    assert_null(take(SIZE_MAX));
    assert_null(take(SIZE_MAX - 16));
    assert_non_null(take(sizeof(arena) - 16));
    assert_null(take(0));
}

TEST(holes_are_taken_back_when_all_behind_them_is_free)
{
    uint8_t *a = take(100), *b = take(200), *c = take(300), *next;

    early_free(b);
    next = take(10);
    assert_ptr_equal(next, c + 304 + 16); // the hole is not used
    early_free(next);
    early_free(c);
    next = take(10);
    assert_ptr_equal(next, b);
    early_free(next);
    early_free(a);
    assert_ptr_equal(take(10), a);
}

TEST(what_was_not_handed_out_cannot_be_freed)
{
    uint8_t *a = take(64), *b = take(64);

    assert_panics(early_free(a + 16), "is not an allocation of the early arena");
    assert_panics(early_free(a + 1), "is not an allocation of the early arena");
    early_free(a);
    assert_panics(early_free(a), "is not an allocation of the early arena");
    early_free(b);
    assert_panics(early_free(b), "is not an allocation of the early arena");
}

#define MODULE ((uint64_t)0xffffffff80400000)

static void *take_for(uint64_t caller, size_t size)
{
    return early_alloc(size, (const void *)(uintptr_t)caller);
}

TEST(what_code_has_allocated_is_counted_and_released)
{
    uint8_t *kernel = take_for(MODULE - 1, 16);
    uint8_t *first = take_for(MODULE, 32), *last = take_for(MODULE + 0xfff, 64);
    uint8_t *other = take_for(MODULE + 0x1000, 128);

    assert_int_equal(early_bytes_of(MODULE, 0x1000), 32 + 64 + 2 * 16);
    early_free(first);
    assert_int_equal(early_bytes_of(MODULE, 0x1000), 64 + 16);
    assert_int_equal(early_release(MODULE, 0x1000), 64 + 16);
    assert_int_equal(early_release(MODULE, 0x1000), 0);
    assert_panics(early_free(last), "is not an allocation of the early arena");
    assert_int_equal(early_bytes_of(MODULE + 0x1000, 0x1000), 128 + 16);
    early_free(other);
    assert_ptr_equal(take(16), first); // all behind `kernel` is free
    early_free(kernel);
}

TEST(released_memory_at_the_end_can_be_used_again)
{
    uint8_t *first = take_for(MODULE, 1000);

    while (take_for(MODULE, 100) != NULL)
        continue;
    early_release(MODULE, 0x1000);
    assert_ptr_equal(take(sizeof(arena) - 16), first);
}

TEST(use_is_counted_with_headers)
{
    uint8_t *a = take(16), *b = take(16);
    struct early_stats stats = early_stats();

    assert_int_equal(stats.size, sizeof(arena));
    assert_int_equal(stats.in_use, 64);
    assert_int_equal(stats.most, 64);
    early_free(a);
    assert_int_equal(early_stats().in_use, 32);
    early_free(b);
    stats = early_stats();
    assert_int_equal(stats.in_use, 0);
    assert_int_equal(stats.most, 64);
}
