// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "test_case.h"

#include <btl/line_edit.h>
#include <btl/utf8.h>

struct fixture {
    struct btl_line line;
    char *memory; // exactly as large as said, so that the sanitizer sees the first byte beyond
};

static struct fixture begin(size_t size, const char *text)
{
    struct fixture f = {.memory = malloc(size)};
    btl_line_begin(&f.line, f.memory, size);
    assert_true(btl_line_set(&f.line, btl_str_of(text)));
    return f;
}

static void expect(struct fixture *f, const char *text, size_t cursor)
{
    assert_string_equal(f->line.text, text);
    assert_int_equal(f->line.len, strlen(text));
    assert_int_equal(f->line.cursor, cursor);
}

TEST(test_inserts_at_the_cursor)
{
    struct fixture f = begin(16, "ac");
    assert_true(btl_line_left(&f.line));
    assert_true(btl_line_insert(&f.line, 'b'));
    expect(&f, "abc", 2);
    assert_true(btl_line_insert(&f.line, 0xe4));
    expect(&f,
           "ab\xc3\xa4"
           "c",
           4);
    free(f.memory);
}

TEST(test_moves_over_whole_characters)
{
    struct fixture f = begin(16, "a\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_false(btl_line_right(&f.line));
    assert_true(btl_line_left(&f.line));
    assert_int_equal(f.line.cursor, 4);
    assert_true(btl_line_left(&f.line));
    assert_int_equal(f.line.cursor, 1);
    assert_true(btl_line_left(&f.line));
    assert_false(btl_line_left(&f.line));
    assert_true(btl_line_right(&f.line) && btl_line_right(&f.line));
    assert_int_equal(f.line.cursor, 4);
    free(f.memory);
}

TEST(test_erases_whole_characters)
{
    struct fixture f = begin(16, "a\xe2\x82\xac"
                                 "b");
    assert_false(btl_line_erase_at(&f.line));
    assert_true(btl_line_left(&f.line));
    assert_true(btl_line_erase_before(&f.line));
    expect(&f, "ab", 1);
    assert_true(btl_line_erase_at(&f.line));
    expect(&f, "a", 1);
    assert_true(btl_line_erase_before(&f.line));
    assert_false(btl_line_erase_before(&f.line));
    expect(&f, "", 0);
    free(f.memory);
}

TEST(test_erases_words_and_ends)
{
    struct fixture f = begin(32, "one two  three");
    assert_true(btl_line_erase_word(&f.line));
    expect(&f, "one two  ", 9);
    assert_true(btl_line_erase_word(&f.line));
    expect(&f, "one ", 4);
    assert_true(btl_line_left(&f.line) && btl_line_left(&f.line));
    assert_true(btl_line_erase_all_after(&f.line));
    expect(&f, "on", 2);
    assert_false(btl_line_erase_all_after(&f.line));
    assert_true(btl_line_erase_all_before(&f.line));
    expect(&f, "", 0);
    assert_false(btl_line_erase_word(&f.line));
    free(f.memory);
}

TEST(test_room_ends)
{
    struct fixture f = begin(4, "ab");
    assert_false(btl_line_insert(&f.line, 0xe4));
    assert_true(btl_line_insert(&f.line, 'c'));
    assert_false(btl_line_insert(&f.line, 'd'));
    expect(&f, "abc", 3);
    assert_false(btl_line_set(&f.line, BTL_STR("abcd")));
    expect(&f, "abc", 3);
    free(f.memory);
}

TEST(test_refuses_what_is_not_shown)
{
    static const uint32_t points[] = {0,      7,      '\n',   27,       127,       0x9b,
                                      0x202e, 0xd800, 0xfeff, 0x110000, UINT32_MAX};
    struct fixture f = begin(16, "x");
    for (size_t i = 0; i < BTL_COUNT(points); i++)
        assert_false(btl_line_insert(&f.line, points[i]));
    assert_false(btl_line_set(&f.line, BTL_STR("a\x1b[2J")));
    assert_false(btl_line_set(&f.line, BTL_STR("a\xff")));
    expect(&f, "x", 1);
    free(f.memory);
}

// Random keys: the text stays UTF-8, the cursor between characters, the NUL in its place.
TEST(test_random_keys)
{
    struct fixture f = begin(24, "");
    bool (*const keys[])(struct btl_line *) = {btl_line_left,           btl_line_right,
                                               btl_line_erase_before,   btl_line_erase_at,
                                               btl_line_erase_word,     btl_line_erase_all_before,
                                               btl_line_erase_all_after};
    srand(7);
    for (int step = 0; step < 20000; step++) {
        uint32_t key = (uint32_t)rand() % 30;
        if (key < BTL_COUNT(keys))
            keys[key](&f.line);
        else
            btl_line_insert(&f.line, key % 3 == 0 ? ' ' : (uint32_t)rand() % 0x20000);
        bool boundary = f.line.cursor == 0;
        for (size_t at = 0; at < f.line.len; boundary |= at == f.line.cursor)
            assert_int_not_equal(btl_utf8_next(btl_line_text(&f.line), &at), BTL_UTF8_BAD);
        assert_true(boundary);
        assert_int_equal(strlen(f.memory), f.line.len);
    }
    free(f.memory);
}
