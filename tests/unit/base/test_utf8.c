// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "test_case.h"

#include <btl/utf8.h>

// Every character there is, written and read back; every other number becomes '?'.
TEST(test_all_characters)
{
    for (uint32_t point = 0; point < 0x110100; point++) {
        char bytes[4];
        size_t at = 0, len = btl_utf8_put(point, bytes);
        bool is = point < 0xd800 || (point >= 0xe000 && point <= 0x10ffff);
        assert_int_equal(btl_utf8_next((struct btl_str){bytes, len}, &at), is ? point : '?');
        assert_int_equal(at, len);
    }
}

TEST(test_cut_characters_are_bad)
{
    static const char *const texts[] = {"\xc3", "\xe2\x82", "\xf0\x9f\x98", "\x80",
                                        "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                        "\xc3("};
    for (size_t i = 0; i < BTL_COUNT(texts); i++) {
        size_t at = 0;
        assert_int_equal(btl_utf8_next(btl_str_of(texts[i]), &at), BTL_UTF8_BAD);
        assert_int_equal(at, 0);
    }
}

TEST(test_lengths_and_counts)
{
    assert_int_equal(btl_utf8_length('a'), 1);
    assert_int_equal(btl_utf8_length('\x80'), 1); // these four begin no character
    assert_int_equal(btl_utf8_length('\xc1'), 1);
    assert_int_equal(btl_utf8_length('\xf5'), 1);
    assert_int_equal(btl_utf8_length('\xff'), 1);
    assert_int_equal(btl_utf8_length('\xc2'), 2);
    assert_int_equal(btl_utf8_length('\xe0'), 3);
    assert_int_equal(btl_utf8_length('\xf4'), 4);
    assert_int_equal(btl_utf8_count(BTL_STR("a\xc3\xa4\xf0\x9f\x98\x80")), 3);
}

TEST(test_utf16)
{
    for (uint32_t point = 1; point <= 0x10ffff; point++) {
        uint16_t units[2] = {0};
        if (btl_utf16_is_surrogate(point))
            continue;
        size_t index = 0, count = btl_utf16_put(point, units);
        assert_int_equal(btl_utf16_next(units, count, &index), point);
        assert_int_equal(index, count);
    }
}

TEST(test_a_lone_surrogate_is_replaced)
{
    const uint16_t units[] = {0xd800, 'a', 0xdc00, 0xd801, 0xd800, 0xdc01, 0xdbff};
    const uint32_t points[] = {BTL_UTF8_REPLACEMENT, 'a',     BTL_UTF8_REPLACEMENT,
                               BTL_UTF8_REPLACEMENT, 0x10001, BTL_UTF8_REPLACEMENT};
    char bytes[sizeof(units) + 1]; // the units at an odd address
    memcpy(bytes + 1, units, sizeof(units));
    size_t index = 0;
    for (size_t i = 0; i < BTL_COUNT(points); i++)
        assert_int_equal(btl_utf16_next(bytes + 1, BTL_COUNT(units), &index), points[i]);
    assert_int_equal(index, BTL_COUNT(units));
}

TEST(test_what_is_shown)
{
    static const uint32_t shown[] = {' ', '~', 0xa0, 0xe4, 0x20ac, 0x4e2d, 0x1f600};
    static const uint32_t hidden[] = {0,      0x1b,   0x7f,   0x85,   0x9b,      0x200f,
                                      0x2028, 0x202e, 0x2066, 0xfeff, 0xffffffff};
    for (size_t i = 0; i < BTL_COUNT(shown); i++)
        assert_true(btl_utf8_shown(shown[i]));
    for (size_t i = 0; i < BTL_COUNT(hidden); i++)
        assert_false(btl_utf8_shown(hidden[i]));
}
