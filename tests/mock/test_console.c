// SPDX-License-Identifier: BSD-2-Clause
// The loader's console on the mock's screen: characters, pages, and escaping of foreign text.
#include "mock.h"
#include "console.h"

#include <string.h>

#define UMLAUT "\xc3\xa4"         // one character of two bytes
#define EURO   "\xe2\x82\xac"     // of three
#define SMILE  "\xf0\x9f\x98\x80" // of four

struct fixture {
    struct mock *mock;
    struct console console;
};

static void begin(struct fixture *f)
{
    f->mock = mock_begin();
    console_begin(&f->console, &f->mock->firmware);
}

static void put(struct fixture *f, const char *text)
{
    console_put(&f->console, text, strlen(text));
}

static void expect_row(struct fixture *f, uint32_t row, const char *text)
{
    assert_string_equal(mock_row(f->mock, row).at, text);
}

TEST(test_characters)
{
    struct fixture f;
    begin(&f);
    put(&f, "a" UMLAUT EURO SMILE "z\nnext\n");
    expect_row(&f, 0, "a" UMLAUT EURO "?z"); // the firmware's console has 16 bits for a character
    expect_row(&f, 1, "next");
    mock_end(f.mock);
}

// Every way to cut a text in three. A character that was begun is shown when its end has come.
TEST(test_pieces)
{
    static const char text[] = "a" UMLAUT "b" EURO SMILE "c\n";
    size_t len = strlen(text);
    for (size_t i = 0; i <= len; i++) {
        for (size_t j = i; j <= len; j++) {
            struct fixture f;
            begin(&f);
            console_put(&f.console, text, i);
            console_put(&f.console, text + i, j - i);
            console_put(&f.console, text + j, len - j);
            expect_row(&f, 0, "a" UMLAUT "b" EURO "?c");
            mock_end(f.mock);
        }
    }
}

static void expect_shown(const char *text, const char *shown)
{
    struct fixture f;
    begin(&f);
    put(&f, text);
    put(&f, "\n");
    expect_row(&f, 0, shown);
    expect_row(&f, 1, "");
    mock_end(f.mock);
}

// One '?' for each byte that cannot belong to a character, and for each character that was cut.
TEST(test_what_is_no_text)
{
    expect_shown("a\x80z", "a?z");
    expect_shown("a\xffz", "a?z");
    expect_shown("a\xc3z", "a?z");
    expect_shown("a\xe2\x82z", "a?z");
    expect_shown("a\xf0\x9f\x98", "a?");
    expect_shown("a\xc0\x80z", "a??z");
    expect_shown("a\xed\xa0\x80z", "a?z");
    expect_shown("a\xf4\x90\x80\x80z", "a?z");
    expect_shown("\xe2" UMLAUT, "?" UMLAUT);
}

TEST(test_what_drives_terminals)
{
    expect_shown("a\x1b[2Jz", "a?[2Jz");
    expect_shown("a\x07\x7fz", "a??z");
    expect_shown("a\xc2\x9b"
                 "2Jz",
                 "a?2Jz");                 // C1
    expect_shown("a\xe2\x80\xaez", "a?z"); // text from here on runs backwards
    expect_shown("a\rz", "az");
}

TEST(test_tabs_count_characters)
{
    expect_shown("a\tb", "a       b");
    expect_shown(UMLAUT UMLAUT "\tb", UMLAUT UMLAUT "      b");
    expect_shown("12345678\tb", "12345678        b");
}

// A line longer than one write.
TEST(test_long_lines)
{
    struct fixture f;
    begin(&f);
    for (int i = 0; i < 200; i++)
        put(&f, EURO);
    put(&f, "\n");
    assert_int_equal(mock_count(f.mock, EURO), 200);
    struct btl_str row = mock_row(f.mock, 2);
    assert_int_equal(row.len, 3 * 40);
    mock_end(f.mock);
}

static void put_lines(struct fixture *f, int count, const char *line)
{
    for (int i = 0; i < count; i++)
        put(f, line);
}

TEST(test_pages)
{
    struct fixture f;
    begin(&f);
    f.mock->keys = "{see -- a key}x{other}";
    console_page(&f.console, 25, 80, console_wait_key, &f.mock->firmware);
    put_lines(&f, 60, "line\n");
    assert_int_equal(mock_count(f.mock, "-- a key"), 2);
    assert_int_equal(mock_count(f.mock, "line"), 60);
    mock_end(f.mock);
}

// A line of 100 characters takes two rows, whatever bytes they have.
TEST(test_pages_count_rows)
{
    struct fixture f;
    begin(&f);
    char line[3 * 100 + 2] = "";
    for (int i = 0; i < 100; i++)
        memcpy(line + 3 * i, EURO, 3);
    line[300] = '\n';
    console_page(&f.console, 25, 80, console_wait_key, &f.mock->firmware);
    put_lines(&f, 11, line);
    assert_int_equal(mock_count(f.mock, "-- a key"), 0);
    put_lines(&f, 1, line);
    assert_int_equal(mock_count(f.mock, "-- a key"), 1);
    mock_end(f.mock);
}

TEST(test_pages_end_with_q)
{
    struct fixture f;
    begin(&f);
    f.mock->keys = "q";
    console_page(&f.console, 25, 80, console_wait_key, &f.mock->firmware);
    btl_format(&f.console.out, "first\n");
    put_lines(&f, 23, "line\n");
    assert_true(f.console.quit);
    btl_format(&f.console.out, "hidden\n");
    assert_false(mock_said(f.mock, "hidden"));
    put(&f, "said all the same\n");
    assert_true(mock_said(f.mock, "said all the same"));
    mock_end(f.mock);
}

TEST(test_no_pages_on_a_small_screen)
{
    struct fixture f;
    begin(&f);
    console_page(&f.console, 3, 80, console_wait_key, &f.mock->firmware);
    console_page(&f.console, 25, 0, console_wait_key, &f.mock->firmware);
    put_lines(&f, 60, "line\n");
    assert_false(f.mock->key_waited);
    mock_end(f.mock);
}
