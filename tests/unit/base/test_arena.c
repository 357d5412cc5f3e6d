// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <string.h>

#include "btl_test.h"

TEST(test_allocation_is_zeroed_and_aligned)
{
    uint8_t chunk[512];
    memset(chunk, 0xaa, sizeof(chunk));
    struct btl_arena arena = {.at = chunk + 1, .end = chunk + sizeof(chunk)};
    for (size_t align = 1; align <= 64; align *= 2) {
        uint8_t *at = btl_alloc(&arena, 7, align);
        assert_non_null(at);
        assert_int_equal((uintptr_t)at % align, 0);
        for (size_t i = 0; i < 7; i++)
            assert_int_equal(at[i], 0);
        assert_int_equal(at[7], 0xaa); // nothing after it is touched
    }
    assert_int_equal(arena.taken, (size_t)(arena.at - chunk) - 1);
}

TEST(test_last_byte_of_a_chunk_can_be_had_and_no_more)
{
    _Alignas(16) uint8_t chunk[32];
    struct btl_arena arena = {.at = chunk, .end = chunk + sizeof(chunk)};
    assert_null(btl_alloc(&arena, 33, 1));
    assert_ptr_equal(btl_alloc(&arena, 31, 1), chunk);
    assert_null(btl_alloc(&arena, 1, 16)); // the padding alone goes past the end
    assert_ptr_equal(btl_alloc(&arena, 1, 1), chunk + 31);
    assert_null(btl_alloc(&arena, 1, 1));
    assert_int_equal(arena.taken, 32);
}

TEST(test_sizes_that_overflow_are_refused)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_arena *arena = &memory.arena;
    assert_null(btl_alloc(arena, SIZE_MAX, 4096)); // size + align - 1
    assert_null(btl_alloc_array(arena, SIZE_MAX / 8 + 1, 8, 8));
    assert_null(btl_alloc_array(arena, (size_t)1 << 32, (size_t)1 << 32, 1));
    assert_int_equal(arena->taken, 0);
    assert_non_null(btl_alloc(arena, 1, 1)); // it still works
    test_memory_end(&memory);
}

TEST(test_empty_allocations_are_valid_and_differ)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    void *a = btl_alloc_array(&memory.arena, 0, 8, 8), *b = btl_alloc(&memory.arena, 0, 1);
    assert_non_null(a);
    assert_non_null(b);
    assert_ptr_not_equal(a, b);
    test_memory_end(&memory);
}

static bool grow_by_too_little(struct btl_arena *arena, size_t bytes)
{
    static uint8_t little[8];
    arena->at = little;
    arena->end = little + sizeof(little);
    return true;
}

TEST(test_chunk_that_is_too_small_is_not_overrun)
{
    struct btl_arena arena = {.grow = grow_by_too_little};
    assert_null(btl_alloc(&arena, 9, 1));
    assert_non_null(btl_alloc(&arena, 8, 1));
}

TEST(test_arena_grows_when_a_chunk_is_full)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    for (size_t i = 0; i < 100; i++) {
        uint64_t *at = btl_alloc_array(&memory.arena, 1000, sizeof(*at), 8);
        assert_non_null(at);
        assert_int_equal(at[0] | at[999], 0);
        at[999] = 1;
    }
    assert_true(memory.arena.taken >= 800000);
    test_memory_end(&memory);
}

TEST(test_limited_memory_refuses_each_allocation_in_turn)
{
    for (size_t n = 0; n < 5; n++) {
        struct test_memory memory;
        test_memory_begin_limited(&memory, n);
        for (size_t i = 0; i < 5; i++) {
            size_t align = (size_t)1 << 3 * i; // 1 8 64 512 4096
            void *at = btl_alloc(&memory.arena, 3 * i, align);
            assert_int_equal(at != NULL, i < n);
            assert_int_equal((uintptr_t)at % align, 0);
        }
        assert_int_equal(memory.refused, 5 - n);
        test_memory_end(&memory);
    }
}

TEST(test_copy_owns_its_bytes)
{
    struct test_memory memory;
    test_memory_begin_limited(&memory, 2);
    char text[] = "a\0b";
    struct btl_str copy = btl_str_copy(&memory.arena, (struct btl_str){text, 3});
    text[0] = 'x';
    assert_true(btl_str_equal(copy, BTL_STR("a\0b")));
    copy = btl_str_copy(&memory.arena, (struct btl_str){NULL, 0});
    assert_non_null(copy.at);
    assert_int_equal(copy.len, 0);
    copy = btl_str_copy(&memory.arena, BTL_STR("none left"));
    assert_null(copy.at);
    assert_int_equal(copy.len, 0);
    test_memory_end(&memory);
}

TEST(test_arrays_grow_and_keep_their_elements)
{
    for (size_t n = 0;; n++) {
        struct test_memory memory;
        test_memory_begin_limited(&memory, n);
        uint32_t *array = NULL;
        size_t capacity = 0, count = 0;
        for (; count < 1000 && BTL_RESERVE(&memory.arena, array, count, 1, capacity); count++)
            array[count] = (uint32_t)count;
        assert_true(count == 1000 || count == capacity); // as it was, when there was no memory
        for (size_t i = 0; i < count; i++)
            assert_int_equal(array[i], i);
        assert_true(capacity < 2048);
        test_memory_end(&memory);
        if (count == 1000)
            break;
    }
}

TEST(test_an_array_grows_by_as_much_as_is_needed)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    uint64_t *array = NULL;
    size_t capacity = 0;
    assert_true(BTL_RESERVE(&memory.arena, array, 0, 100, capacity));
    assert_int_equal(capacity, 100);
    assert_true(BTL_RESERVE(&memory.arena, array, 60, 40, capacity));
    assert_int_equal(capacity, 100);
    assert_true(BTL_RESERVE(&memory.arena, array, 60, 1000, capacity));
    assert_int_equal(capacity, 1060);
    assert_false(BTL_RESERVE(&memory.arena, array, 60, SIZE_MAX, capacity));
    assert_false(BTL_RESERVE(&memory.arena, array, 60, SIZE_MAX / 8, capacity));
    assert_int_equal(capacity, 1060);
    test_memory_end(&memory);
}

TEST(test_texts_are_joined)
{
    struct test_memory memory;
    test_memory_begin_limited(&memory, SIZE_MAX);
    struct btl_arena *arena = &memory.arena;
    const struct btl_str parts[] = {BTL_STR("a"), {NULL, 0}, BTL_STR("bc")};
    assert_str(&memory, btl_str_join(arena, parts, BTL_COUNT(parts)), "abc");
    assert_non_null(btl_str_join(arena, parts, 0).at);
    assert_str(&memory, btl_module_path(arena, BTL_STR("/m"), BTL_STR("x")), "/m/x.ko");
    assert_str(&memory, btl_module_path(arena, BTL_STR("/m/"), BTL_STR("x")), "/m/x.ko");
    assert_str(&memory, btl_module_path(arena, BTL_STR("/"), BTL_STR("x")), "/x.ko");
    struct btl_arena none = {0};
    assert_null(btl_str_join(&none, parts, BTL_COUNT(parts)).at);
    test_memory_end(&memory);
}
