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

TEST(memory_is_zeroed_and_aligned)
{
    for (size_t size = 0; size < 50; size++) {
        uint8_t *at = early_alloc(size);
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
    assert_null(early_alloc(sizeof(arena)));
    assert_null(early_alloc(SIZE_MAX));
    assert_null(early_alloc(SIZE_MAX - 16));
    assert_non_null(early_alloc(sizeof(arena) - 16));
    assert_null(early_alloc(0));
}

TEST(holes_are_taken_back_when_all_behind_them_is_free)
{
    uint8_t *a = early_alloc(100), *b = early_alloc(200), *c = early_alloc(300), *next;

    early_free(b);
    next = early_alloc(10);
    assert_ptr_equal(next, c + 304 + 16); // the hole is not used
    early_free(next);
    early_free(c);
    next = early_alloc(10);
    assert_ptr_equal(next, b);
    early_free(next);
    early_free(a);
    assert_ptr_equal(early_alloc(10), a);
}

TEST(what_was_not_handed_out_cannot_be_freed)
{
    uint8_t *a = early_alloc(64), *b = early_alloc(64);

    assert_panics(early_free(a + 16), "is not an allocation of the early arena");
    assert_panics(early_free(a + 1), "is not an allocation of the early arena");
    early_free(a);
    assert_panics(early_free(a), "is not an allocation of the early arena");
    early_free(b);
    assert_panics(early_free(b), "is not an allocation of the early arena");
}
