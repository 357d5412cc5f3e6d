// SPDX-License-Identifier: BSD-2-Clause
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "vm/kmem.h"
#include "vm/page.h"

#define PAGES 1024u

static int begin(void **state)
{
    host_memory(PAGES);
    return 0;
}

static int end(void **state)
{
    assert_int_equal(kmem_stats().bytes, 0);
    assert_int_equal(pages_owned(PF_FREE), PAGES - 1);
    assert_true(pages_verify());
    host_memory_end();
    return 0;
}

EACH_TEST(begin, end)

// The names in a module cannot choose their slots in the hash tables of an arena.
TEST(each_arena_has_another_seed)
{
    struct heap_arena a, b;

    heap_arena_init(&a);
    heap_arena_init(&b);
    assert_true(a.arena.seed != 0 && b.arena.seed != 0 && a.arena.seed != b.arena.seed);
}

TEST(every_size_is_zeroed_aligned_and_its_own)
{
    static uint8_t *at[600];

    for (size_t i = 0; i < BTL_COUNT(at); i++) {
        size_t size = i * 17 % 9000;
        at[i] = kmem_alloc(size);
        assert_non_null(at[i]);
        assert_int_equal((uintptr_t)at[i] % 16, 0);
        for (size_t byte = 0; byte < size; byte++)
            assert_int_equal(at[i][byte], 0);
        memset(at[i], (int)i & 0xff, size);
    }
    for (size_t i = 0; i < BTL_COUNT(at); i++) {
        for (size_t byte = 0; byte < i * 17 % 9000; byte++)
            assert_int_equal(at[i][byte], i & 0xff);
        kmem_free(at[i]);
    }
}

TEST(freed_objects_are_used_again)
{
    void *first = kmem_alloc(100), *second = kmem_alloc(100), *again;
    uint64_t pages = pages_owned(PF_KMEM);

    kmem_free(first);
    again = kmem_alloc(128);
    assert_ptr_equal(again, first);
    assert_int_equal(pages_owned(PF_KMEM), pages);
    kmem_free(second);
    kmem_free(again);
}

TEST(null_may_be_freed)
{
    kmem_free(NULL);
    assert_int_equal(kmem_stats().frees, 0);
}

TEST(when_memory_is_gone_there_is_null)
{
    void *all[PAGES];
    size_t count = 0;

    while ((all[count] = kmem_alloc(BTL_PAGE_SIZE)) != NULL)
        count++;
    assert_int_equal(count, PAGES - 1);
    assert_null(kmem_alloc(1));
    assert_null(kmem_alloc(SIZE_MAX));
    assert_null(kmem_alloc(SIZE_MAX - BTL_PAGE_SIZE + 1));
    while (count-- > 0)
        kmem_free(all[count]);
}

TEST(what_was_not_allocated_cannot_be_freed)
{
    uint8_t *small = kmem_alloc(64), *large = kmem_alloc(3 * BTL_PAGE_SIZE);
    int local;

    assert_panics(kmem_free(small + 16), "was not allocated");
    assert_panics(kmem_free(large + BTL_PAGE_SIZE), "was not allocated");
    assert_panics(kmem_free(&local), "was not allocated");
    kmem_free(small);
    assert_panics(kmem_free(small), "was not allocated"); // its page was freed with it
    kmem_free(large);
    assert_panics(kmem_free(large), "was not allocated");
}

TEST(random_use_leaves_nothing_behind)
{
    static struct {
        uint8_t *at;
        size_t size;
        uint8_t mark;
    } slot[300];

    memset(slot, 0, sizeof(slot));
    srand(2);
    for (int step = 0; step < 50000; step++) {
        size_t i = (size_t)rand() % BTL_COUNT(slot);
        if (slot[i].at != NULL) {
            assert_int_equal(slot[i].at[0], slot[i].mark);
            assert_int_equal(slot[i].at[slot[i].size - 1], slot[i].mark);
            kmem_free(slot[i].at);
            slot[i].at = NULL;
            continue;
        }
        slot[i].size = 1 + (size_t)rand() % (rand() % 8 ? 500 : 12000);
        slot[i].mark = (uint8_t)rand();
        slot[i].at = kmem_alloc(slot[i].size);
        if (slot[i].at != NULL)
            memset(slot[i].at, slot[i].mark, slot[i].size);
    }
    for (size_t i = 0; i < BTL_COUNT(slot); i++)
        kmem_free(slot[i].at);
}
