// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <stdio.h>
#include <stdlib.h>

#include <btl/symtab.h>

#include "btl_test.h"

#define MANY 3000u

static char names[MANY][12];

static struct btl_str name_of(uint32_t i)
{
    snprintf(names[i], sizeof(names[i]), "sym%u", i);
    return btl_str_of(names[i]);
}

static void add_many(struct btl_symtab *table, uint32_t from, uint32_t to, uint32_t owners)
{
    for (uint32_t i = from; i < to; i++)
        assert_true(btl_symtab_add(table, name_of(i), i, i % owners, NULL));
}

TEST(finds_what_was_added_and_nothing_else)
{
    struct test_memory memory;
    struct btl_symtab table;
    test_memory_begin_limited(&memory, SIZE_MAX);
    assert_true(btl_symtab_init(&table, 0, &memory.arena));
    assert_null(btl_symtab_find(&table, BTL_STR("foo")));
    uint32_t other = 77;
    assert_true(btl_symtab_add(&table, BTL_STR("foo"), 0x1234, BTL_KERNEL, &other));
    assert_int_equal(other, BTL_NONE);
    assert_true(btl_symtab_add(&table, BTL_STR(""), 5, 3, NULL)); // an empty name is a name
    const struct btl_export *found = btl_symtab_find(&table, BTL_STR("foo"));
    assert_non_null(found);
    assert_int_equal(found->value, 0x1234);
    assert_int_equal(found->owner, BTL_KERNEL);
    assert_null(btl_symtab_find(&table, BTL_STR("fo")));
    assert_null(btl_symtab_find(&table, BTL_STR("fooo")));
    assert_int_equal(btl_symtab_find(&table, BTL_STR(""))->value, 5);
    test_memory_end(&memory);
}

TEST(a_name_is_exported_once_and_the_first_owner_is_told)
{
    struct test_memory memory;
    struct btl_symtab table;
    test_memory_begin_limited(&memory, SIZE_MAX);
    assert_true(btl_symtab_init(&table, 0, &memory.arena));
    assert_true(btl_symtab_add(&table, BTL_STR("foo"), 1, 41, NULL));
    uint32_t other = 0;
    assert_false(btl_symtab_add(&table, BTL_STR("foo"), 2, 42, &other));
    assert_int_equal(other, 41);
    assert_int_equal(table.count, 1);
    assert_int_equal(btl_symtab_find(&table, BTL_STR("foo"))->value, 1);
    test_memory_end(&memory);
}

TEST(grows_by_doubling_and_keeps_the_order_of_adding)
{
    struct test_memory memory;
    struct btl_symtab table;
    test_memory_begin_limited(&memory, SIZE_MAX);
    assert_true(btl_symtab_init(&table, 0, &memory.arena));
    size_t first_capacity = table.capacity;
    add_many(&table, 0, MANY, 5);
    assert_true(table.capacity > first_capacity);
    assert_true(table.capacity < 4 * MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(table.exports[i].value, i);
        assert_ptr_equal(btl_symtab_find(&table, name_of(i)), &table.exports[i]);
    }
    test_memory_end(&memory);
}

// Names whose slot is the same one: their probe sequences run through each other.
TEST(names_that_collide_are_told_apart)
{
    struct test_memory memory;
    struct btl_symtab table;
    test_memory_begin_limited(&memory, SIZE_MAX);
    assert_true(btl_symtab_init(&table, 0, &memory.arena));
    uint32_t chosen[8], count = 0;
    for (uint32_t i = 0; i < MANY && count < 8; i++) {
        // The last slot, so that probing wraps around the end of the index.
        if (btl_index_probe(&table.index, btl_index_hash(&table.index, name_of(i), 0)).slot ==
            table.index.mask)
            chosen[count++] = i;
    }
    assert_int_equal(count, 8);
    for (uint32_t i = 0; i < count; i++)
        assert_true(btl_symtab_add(&table, name_of(chosen[i]), chosen[i], i, NULL));
    assert_int_equal(table.index.mask, 31); // it has not grown: they did collide
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(btl_symtab_find(&table, name_of(chosen[i]))->value, chosen[i]);
    btl_symtab_remove(&table, 3); // from the middle of the chain
    assert_null(btl_symtab_find(&table, name_of(chosen[3])));
    for (uint32_t i = 0; i < count; i++)
        if (i != 3)
            assert_int_equal(btl_symtab_find(&table, name_of(chosen[i]))->value, chosen[i]);
    test_memory_end(&memory);
}

struct hashed {
    uint32_t hash, number;
};

static int by_hash(const void *a, const void *b)
{
    uint32_t left = ((const struct hashed *)a)->hash, right = ((const struct hashed *)b)->hash;
    return left < right ? -1 : left > right;
}

// Two names whose whole hash is the same: among 2^18 there are about eight such pairs.
TEST(names_with_the_same_hash_are_told_apart)
{
    enum { COUNT = 1 << 18 };
    struct test_memory memory;
    struct btl_symtab table;
    test_memory_begin_limited(&memory, SIZE_MAX);
    assert_true(btl_symtab_init(&table, 0, &memory.arena));
    struct hashed *all = calloc(COUNT, sizeof(*all));
    assert_non_null(all);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t hash =
            btl_index_hash(&table.index, (struct btl_str){(const char *)&i, sizeof(i)}, 0);
        all[i] = (struct hashed){hash, i};
    }
    qsort(all, COUNT, sizeof(*all), by_hash);
    size_t pair = 0;
    while (pair + 1 < COUNT && all[pair].hash != all[pair + 1].hash)
        pair++;
    assert_true(pair + 1 < COUNT);

    struct btl_str first = {(const char *)&all[pair].number, sizeof(uint32_t)};
    struct btl_str second = {(const char *)&all[pair + 1].number, sizeof(uint32_t)};
    assert_true(btl_symtab_add(&table, first, 1, 1, NULL));
    assert_null(btl_symtab_find(&table, second));
    assert_true(btl_symtab_add(&table, second, 2, 2, NULL));
    assert_int_equal(btl_symtab_find(&table, first)->value, 1);
    assert_int_equal(btl_symtab_find(&table, second)->value, 2);
    test_memory_end(&memory);
    free(all);
}

TEST(remove_takes_one_owner_and_keeps_the_others_in_order)
{
    struct test_memory memory;
    struct btl_symtab table;
    test_memory_begin_limited(&memory, SIZE_MAX);
    assert_true(btl_symtab_init(&table, MANY, &memory.arena));
    add_many(&table, 0, MANY, 3);
    btl_symtab_remove(&table, 1);
    btl_symtab_remove(&table, 17); // exports nothing
    assert_int_equal(table.count, MANY - MANY / 3);
    for (uint32_t i = 0; i < MANY; i++) {
        const struct btl_export *found = btl_symtab_find(&table, name_of(i));
        assert_true((i % 3 == 1) == (found == NULL));
    }
    for (uint32_t i = 1; i < table.count; i++)
        assert_true(table.exports[i - 1].value < table.exports[i].value);
    assert_true(btl_symtab_add(&table, name_of(1), 1, 9, NULL)); // free again
    test_memory_end(&memory);
}

TEST(truncate_undoes_adding_across_growth)
{
    struct test_memory memory;
    struct btl_symtab table;
    test_memory_begin_limited(&memory, SIZE_MAX);
    assert_true(btl_symtab_init(&table, 0, &memory.arena));
    add_many(&table, 0, 10, 1);
    add_many(&table, 10, MANY, 1);
    btl_symtab_truncate(&table, 10);
    assert_int_equal(table.count, 10);
    for (uint32_t i = 0; i < MANY; i++)
        assert_true((i < 10) == (btl_symtab_find(&table, name_of(i)) != NULL));
    for (uint32_t i = 0, taken = 0; i <= table.index.mask; i++) {
        taken += table.index.slots[i] != 0;
        if (i == table.index.mask)
            assert_int_equal(taken, 10);
    }
    add_many(&table, 10, MANY, 1);
    test_memory_end(&memory);
}

TEST(expecting_more_than_the_index_can_hold_is_refused)
{
    struct test_memory memory;
    struct btl_symtab table;
    test_memory_begin_limited(&memory, SIZE_MAX);
    assert_false(btl_symtab_init(&table, UINT32_MAX, &memory.arena));
    assert_int_equal(memory.refused, 0); // refused by number, not by trying
    test_memory_end(&memory);
}

// Each allocation fails in turn; a table that could not grow still answers for what it has.
TEST(out_of_memory_leaves_the_table_as_it_was)
{
    for (size_t n = 0;; n++) {
        struct test_memory memory;
        struct btl_symtab table;
        uint32_t i = 0, other = 0;
        test_memory_begin_limited(&memory, n);
        if (btl_symtab_init(&table, 0, &memory.arena)) {
            while (i < 200 && btl_symtab_add(&table, name_of(i), i, 0, &other))
                i++;
            assert_int_equal(other, BTL_NONE);
            assert_int_equal(table.count, i);
            for (uint32_t k = 0; k < 200; k++)
                assert_true((k < i) == (btl_symtab_find(&table, name_of(k)) != NULL));
        }
        bool starved = memory.refused > 0;
        test_memory_end(&memory);
        assert_true(starved == (i < 200));
        if (!starved)
            break;
    }
}
