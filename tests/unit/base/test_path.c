// SPDX-License-Identifier: BSD-2-Clause
// What a path may be; test_config_values.c has the messages.
#include "test_case.h"

#include <string.h>

#include <btl/config.h>

#include "base/path.h"

static enum path_fault check(const char *path)
{
    struct btl_str bad = {NULL, 0};
    enum path_fault fault = path_check(btl_str_of(path), &bad);
    assert_int_equal(fault == PATH_CHARACTER, bad.len == 1);
    assert_int_equal(fault == PATH_GOOD, btl_is_path(btl_str_of(path)));
    return fault;
}

TEST(test_good_paths)
{
    static const char *const good[] = {"/",    "/a",          "/loader.conf.d/new kernel.conf",
                                       "/...", "/a..b/..c/.", "/\xc3\xa4"};
    for (size_t i = 0; i < BTL_COUNT(good); i++)
        assert_int_equal(check(good[i]), PATH_GOOD);
}

TEST(test_bad_paths)
{
    assert_int_equal(check(""), PATH_RELATIVE);
    assert_int_equal(check("a/b"), PATH_RELATIVE);
    assert_int_equal(check("/.."), PATH_DOTDOT);
    assert_int_equal(check("/a/../b"), PATH_DOTDOT);
    assert_int_equal(check("/a\\..\\b"), PATH_CHARACTER);
    assert_int_equal(check("/a\nb"), PATH_CHARACTER);
    assert_int_equal(check("/a\x7f"), PATH_CHARACTER);
    assert_int_equal(check("\\a"), PATH_CHARACTER);
}

TEST(test_longest_path)
{
    char path[BTL_PATH_MAX + 2];
    memset(path, 'p', sizeof(path));
    path[0] = '/';
    path[BTL_PATH_MAX] = '\0';
    assert_int_equal(check(path), PATH_GOOD);
    path[BTL_PATH_MAX] = 'p';
    path[BTL_PATH_MAX + 1] = '\0';
    assert_int_equal(check(path), PATH_TOO_LONG);
}

TEST(test_character_that_is_bad_is_pointed_at)
{
    struct btl_str path = BTL_STR("/ab\\c\nd"), bad;
    assert_int_equal(path_check(path, &bad), PATH_CHARACTER);
    assert_ptr_equal(bad.at, path.at + 3);
    path = (struct btl_str){"/a\0b", 4};
    assert_int_equal(path_check(path, &bad), PATH_CHARACTER);
    assert_ptr_equal(bad.at, path.at + 2);
}
