// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <string.h>

#include "btl_test.h"

static void expect(struct btl_str text, size_t max, const char *expected)
{
    char buffer[64];
    struct btl_buffer to = btl_buffer(buffer, sizeof(buffer));
    btl_put_escaped(&to.out, text, max);
    assert_string_equal(buffer, expected);
    assert_int_equal(btl_escaped_width(text, max), strlen(expected));
}

TEST(test_bytes_that_are_not_printable_are_escaped)
{
    expect(BTL_STR(""), 10, "");
    expect(BTL_STR("a b~"), 10, "a b~");
    expect(BTL_STR("\x1b[2J"), 10, "\\x1b[2J");
    expect(BTL_STR("\x7f\0\xc3\xa4\n"), 10, "\\x7f\\x00\\xc3\\xa4\\x0a");
}

TEST(test_a_long_text_is_cut)
{
    expect(BTL_STR("abcd"), 4, "abcd");
    expect(BTL_STR("abcd"), 3, "abc...");
    expect(BTL_STR("a\n\n"), 2, "a\\x0a...");
}
