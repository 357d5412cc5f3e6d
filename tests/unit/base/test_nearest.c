// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <string.h>

#include <btl/config.h>

#include "btl_test.h"

TEST(test_nearest_word)
{
    static const struct btl_str known[] = {{"load", 4}, {"phase", 5}, {"name", 4},
                                           {"q", 1},    {"", 0},      {"ba", 2}};
    struct test_memory memory;
    test_memory_begin(&memory);
    static const char *const cases[][2] = {
        {"laod", "load"},  {"ab", "ba"},     {"lod", "load"},  {"loaded", "load"},
        {"pase", "phase"}, {"nmae", "name"}, {"load", "load"}, {"phases", "phase"},
        {"zzzz", ""},      {"", ""},         {"x", ""},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++)
        assert_str(&memory, btl_nearest(btl_str_of(cases[i][0]), known, BTL_COUNT(known)),
                   cases[i][1]);
    assert_int_equal(btl_nearest(BTL_STR("load"), NULL, 0).len, 0);
    char longest[66];
    memset(longest, 'l', sizeof(longest));
    struct btl_str word = {longest, 65}, same = {longest, 64};
    assert_int_equal(btl_nearest(word, &word, 1).len, 0); // too long to be compared
    assert_int_equal(btl_nearest(same, &same, 1).len, 64);
    assert_int_equal(btl_nearest(same, &word, 1).len, 0);
    test_memory_end(&memory);
}
