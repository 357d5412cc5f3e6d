// SPDX-License-Identifier: BSD-2-Clause
// UTF-8 and UTF-16.
#include "mock.h"
#include <btl/utf16.h>

#include <string.h>

static void expect_path(const char *path, const uint16_t *wanted, size_t units)
{
    uint16_t got[BTL_UTF16_PATH_MAX];
    assert_true(btl_path_to_utf16(btl_str_of(path), got));
    assert_memory_equal(got, wanted, 2 * units);
    assert_int_equal(got[units], 0);
}

TEST(test_paths)
{
    expect_path("/a/b", (const uint16_t[]){'\\', 'a', '\\', 'b'}, 4);
    expect_path("a//b/", (const uint16_t[]){'\\', 'a', '\\', 'b', '\\'}, 5);
    expect_path("/\xc3\xa4", (const uint16_t[]){'\\', 0xe4}, 2);
    expect_path("/\xe2\x82\xac", (const uint16_t[]){'\\', 0x20ac}, 2);
    expect_path("/\xf0\x9f\x98\x80", (const uint16_t[]){'\\', 0xd83d, 0xde00}, 3);
}

TEST(test_what_is_no_path)
{
    static const char *const bad[] = {
        "",      "/a\\b", "/\n",      "/\xc3", "/\xc0\x80", "/\xed\xa0\x80", "/\xf4\x90\x80\x80",
        "/\x80", "/\xff", "/\xe2\x82"};
    for (size_t i = 0; i < BTL_COUNT(bad); i++)
        assert_false(btl_path_is_usable(btl_str_of(bad[i])));
}

TEST(test_longest_path)
{
    char path[BTL_UTF16_PATH_MAX + 8];
    memset(path, 'a', sizeof(path));
    path[0] = '/';
    size_t longest = 0;
    for (size_t len = 1; len < sizeof(path); len++)
        longest = btl_path_is_usable((struct btl_str){path, len}) ? len : longest;
    assert_true(longest >= 500 && longest < BTL_UTF16_PATH_MAX);
}

static void expect_utf8(const uint16_t *text, size_t units, const char *wanted)
{
    char got[64];
    size_t len = btl_utf16_to_utf8(text, units, got, sizeof(got));
    assert_int_equal(len, strlen(wanted));
    assert_memory_equal(got, wanted, len);
}

TEST(test_utf16)
{
    expect_utf8((const uint16_t[]){'a', 0, 'b'}, 3, "a");
    expect_utf8((const uint16_t[]){0xe4, 0x20ac}, 2, "\xc3\xa4\xe2\x82\xac");
    expect_utf8((const uint16_t[]){0xd83d, 0xde00, 'x'}, 3, "\xf0\x9f\x98\x80x");
    expect_utf8((const uint16_t[]){0xd83d, 'x'}, 2, "\xef\xbf\xbdx");
    expect_utf8((const uint16_t[]){0xde00, 0xd83d}, 2, "\xef\xbf\xbd\xef\xbf\xbd");
    char small[3];
    assert_int_equal(btl_utf16_to_utf8((const uint16_t[]){'a', 0x20ac}, 2, small, 3), 1);
}

static bool name_to_utf8(const uint16_t *name, size_t units, char got[static 16])
{
    size_t len;
    if (!btl_utf16_name_to_utf8(name, units, got, 15, &len))
        return false;
    got[len] = '\0';
    return true;
}

TEST(test_names_of_entries)
{
    char got[16];
    assert_true(name_to_utf8((const uint16_t[]){'a', '.', 'k', 'o', 0, 'x'}, 6, got));
    assert_string_equal(got, "a.ko");
    assert_true(name_to_utf8((const uint16_t[]){0x20ac, 0xd83d, 0xde00, 0}, 4, got));
    assert_string_equal(got, "\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_true(name_to_utf8((const uint16_t[]){'.', '.', '.', 0}, 4, got));
    assert_true(name_to_utf8((const uint16_t[]){'.', 'a', 0}, 3, got));
    assert_true(name_to_utf8((const uint16_t[]){'a', '.', 0}, 3, got));
}

TEST(test_what_is_no_name)
{
    static const uint16_t bad[][4] = {{0},           {'.', 0},      {'.', '.', 0}, {'a', 0xd83d, 0},
                                      {0xde00, 0},   {'a', '/', 0}, {'\\', 0},     {'a', '\n', 0},
                                      {0xd83d, 'a'}, {0x202e, 0}};
    char got[16];
    for (size_t i = 0; i < BTL_COUNT(bad); i++)
        assert_false(name_to_utf8(bad[i], 4, got));
    assert_false(name_to_utf8((const uint16_t[]){'a', 'b'}, 2, got)); // without an end
    assert_false(name_to_utf8((const uint16_t[]){0}, 0, got));
    uint16_t longer[17] = {0}; // than the buffer
    for (size_t i = 0; i < 16; i++)
        longer[i] = 'a';
    assert_false(name_to_utf8(longer, 17, got));
}

static void expect_ucs2(const char *text, const uint16_t *wanted, size_t units)
{
    uint16_t got[16];
    size_t at = 0, used = 0;
    while (at < strlen(text)) // by twos, as a text that is longer than the piece
        used += btl_utf8_to_ucs2(btl_str_of(text), &at, got + used, 2);
    assert_int_equal(used, units);
    assert_memory_equal(got, wanted, 2 * units);
    assert_int_equal(at, strlen(text));
}

TEST(test_text_for_the_console)
{
    expect_ucs2("a\r\n", (const uint16_t[]){'a', '\r', '\n'}, 3);
    expect_ucs2("\xc3\xa4\xe2\x82\xac", (const uint16_t[]){0xe4, 0x20ac}, 2);
    expect_ucs2("\xf0\x9f\x98\x80z", (const uint16_t[]){'?', 'z'}, 2);
    expect_ucs2("\x1b[2J", (const uint16_t[]){'?', '[', '2', 'J'}, 4);
    expect_ucs2("\xc2\x9bz", (const uint16_t[]){'?', 'z'}, 2);
    expect_ucs2("\xe2\x82", (const uint16_t[]){'?', '?'}, 2);
}

TEST(test_names_of_status_codes)
{
    assert_true(btl_str_equal(fw_status_name(FW_DEVICE_ERROR), BTL_STR("Device Error")));
    assert_true(fw_status_name(FW_ERROR(12345)).len > 0);
}
