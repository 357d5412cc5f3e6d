// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "test_case.h"

#include "btl_test.h"
#include "plan/plan_table.h"

TEST(test_name_and_tag_together_are_the_key)
{
    struct test_memory memory;
    struct plan_table table;
    test_memory_begin(&memory);
    assert_true(plan_table_init(&table, 0, &memory.arena));
    assert_null(plan_table_find(&table, BTL_STR("a"), 0));
    assert_int_equal(*plan_table_add(&table, BTL_STR("a"), 0, 10), 10);
    assert_int_equal(*plan_table_add(&table, BTL_STR("a"), 1ull << 63, 11), 11);
    assert_int_equal(*plan_table_add(&table, BTL_STR(""), 0, 12), 12);
    assert_int_equal(*plan_table_find(&table, BTL_STR("a"), 0), 10);
    assert_int_equal(*plan_table_find(&table, BTL_STR("a"), 1ull << 63), 11);
    assert_int_equal(*plan_table_find(&table, BTL_STR(""), 0), 12);
    assert_null(plan_table_find(&table, BTL_STR("a"), 1));
    assert_null(plan_table_find(&table, BTL_STR("aa"), 0));
    test_memory_end(&memory);
}

TEST(test_adding_again_keeps_the_first_value)
{
    struct test_memory memory;
    struct plan_table table;
    test_memory_begin(&memory);
    assert_true(plan_table_init(&table, 0, &memory.arena));
    uint32_t *first = plan_table_add(&table, BTL_STR("a"), 0, 10);
    assert_ptr_equal(plan_table_add(&table, BTL_STR("a"), 0, 20), first);
    assert_int_equal(*first, 10);
    assert_int_equal(table.count, 1);
    test_memory_end(&memory);
}

// Grows through many doublings; in the end everything is found. Running out of memory at any of
// them leaves the table as it was.
TEST(test_growing_keeps_everything_and_failing_to_grow_loses_nothing)
{
    enum { COUNT = 1000 };
    static char names[COUNT][16];
    size_t limit = 0;
    for (bool starved = true; starved; limit++) {
        struct test_memory memory;
        struct plan_table table;
        uint32_t added = 0;
        test_memory_begin_limited(&memory, limit);
        if (plan_table_init(&table, 3, &memory.arena)) {
            for (; added < COUNT; added++) {
                snprintf(names[added], sizeof(names[added]), "name%u", added);
                if (plan_table_add(&table, btl_str_of(names[added]), added % 7, added) == NULL)
                    break;
            }
            for (uint32_t i = 0; i < added; i++)
                assert_int_equal(*plan_table_find(&table, btl_str_of(names[i]), i % 7), i);
            assert_int_equal(table.count, added);
        }
        starved = memory.refused > 0;
        assert_int_equal(added == COUNT, !starved);
        test_memory_end(&memory);
    }
    assert_true(limit > 10);
}
