// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <stdio.h>
#include <string.h>

#include "btl_test.h"
#include <btl/names.h>

TEST(test_names_are_numbered_in_order_of_first_sight)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_names names;
    assert_true(btl_names_init(&names, 3, &memory.arena));
    assert_int_equal(btl_names_number(&names, BTL_STR("b")), 0);
    assert_int_equal(btl_names_number(&names, BTL_STR("a")), 1);
    assert_int_equal(btl_names_number(&names, BTL_STR("b")), 0);
    assert_int_equal(btl_names_number(&names, BTL_STR("")), 2);
    assert_int_equal(names.count, 3);
    assert_str(&memory, names.name[1], "a");
    test_memory_end(&memory);
}

TEST(test_as_many_names_as_asked_for_fit)
{
    struct test_memory memory;
    test_memory_begin_limited(&memory, SIZE_MAX);
    enum { NAMES = 1000 };
    static char text[NAMES][8];
    struct btl_names names;
    assert_true(btl_names_init(&names, NAMES, &memory.arena));
    for (size_t i = 0; i < 2 * NAMES; i++) {
        sprintf(text[i % NAMES], "n%zu", i % NAMES);
        assert_int_equal(btl_names_number(&names, btl_str_of(text[i % NAMES])), i % NAMES);
    }
    test_memory_end(&memory);
}

TEST(test_no_memory_is_said)
{
    for (size_t n = 0; n < 3; n++) {
        struct test_memory memory;
        test_memory_begin_limited(&memory, n);
        struct btl_names names;
        assert_int_equal(btl_names_init(&names, 10, &memory.arena), n == 2);
        test_memory_end(&memory);
    }
}

TEST(test_more_names_than_the_numbers_can_tell_are_refused)
{
    struct btl_arena none = {0};
    struct btl_names names;
    assert_false(btl_names_init(&names, 1u << 30, &none));
    assert_false(btl_names_init(&names, SIZE_MAX, &none));
}
