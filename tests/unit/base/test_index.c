// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include "btl_test.h"
#include <btl/index.h>

static uint32_t find(const struct btl_index *index, uint32_t hash, uint32_t number)
{
    struct btl_probe probe = btl_index_probe(index, hash);
    BTL_INDEX_EACH (index, &probe) {
        if (btl_index_number(index, &probe) == number)
            return number;
    }
    return BTL_NONE;
}

TEST(test_as_many_elements_as_asked_for_fit)
{
    for (size_t count = 0; count <= 40; count++) {
        struct test_memory memory;
        struct btl_index index;
        test_memory_begin_limited(&memory, SIZE_MAX);
        assert_true(btl_index_init(&index, count, &memory.arena));
        assert_true(index.capacity >= count);
        for (uint32_t i = 0; i < index.capacity; i++)
            btl_index_add(&index, UINT32_MAX - i * i, i); // near the end: probes wrap around
        for (uint32_t i = 0; i < index.capacity; i++)
            assert_int_equal(find(&index, UINT32_MAX - i * i, i), i);
        assert_int_equal(find(&index, 7, index.capacity), BTL_NONE); // it ends
        test_memory_end(&memory);
    }
}

TEST(test_elements_with_one_hash_come_in_the_order_of_entering)
{
    struct test_memory memory;
    struct btl_index index;
    test_memory_begin_limited(&memory, SIZE_MAX);
    assert_true(btl_index_init(&index, 4, &memory.arena));
    for (uint32_t i = 0; i < 4; i++)
        btl_index_add(&index, i == 2 ? 0x10007 : 7, i); // one differs in high bits alone
    struct btl_probe probe = btl_index_probe(&index, 7);
    const uint32_t expected[] = {0, 1, 3};
    size_t found = 0;
    BTL_INDEX_EACH (&index, &probe) {
        assert_true(found < BTL_COUNT(expected));
        assert_int_equal(btl_index_number(&index, &probe), expected[found++]);
    }
    assert_int_equal(found, BTL_COUNT(expected));
    test_memory_end(&memory);
}

TEST(test_the_last_ones_can_be_removed)
{
    struct test_memory memory;
    struct btl_index index;
    test_memory_begin_limited(&memory, SIZE_MAX);
    assert_true(btl_index_init(&index, 16, &memory.arena));
    for (uint32_t i = 0; i < 16; i++)
        btl_index_add(&index, i % 3, i);
    for (uint32_t i = 16; i-- > 0;) {
        btl_index_remove_last(&index, i % 3, i);
        for (uint32_t j = 0; j < 16; j++)
            assert_int_equal(find(&index, j % 3, j), j < i ? j : BTL_NONE);
    }
    btl_index_add(&index, 5, 0);
    btl_index_clear(&index);
    assert_int_equal(find(&index, 5, 0), BTL_NONE);
    test_memory_end(&memory);
}

TEST(test_the_seed_is_the_one_of_the_arena)
{
    struct test_memory memory;
    struct btl_index index, other;
    struct btl_str key = BTL_STR("name");
    test_memory_begin_limited(&memory, SIZE_MAX);
    assert_true(btl_index_init(&index, 1, &memory.arena));
    memory.arena.seed = 1;
    assert_true(btl_index_init(&other, 1, &memory.arena));
    assert_int_not_equal(btl_index_hash(&index, key, 0), btl_index_hash(&other, key, 0));
    assert_int_not_equal(btl_index_hash(&index, key, 0), btl_index_hash(&index, key, 1ull << 63));
    test_memory_end(&memory);
}

TEST(test_no_memory_and_too_many_are_refused)
{
    struct btl_arena none = {0};
    struct btl_index index;
    assert_false(btl_index_init(&index, 1, &none));
    assert_false(btl_index_init(&index, BTL_INDEX_MAX + 1, &none));
    assert_false(btl_index_init(&index, SIZE_MAX, &none));
}
