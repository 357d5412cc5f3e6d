// SPDX-License-Identifier: BSD-2-Clause
// The menu on screens of all sizes, and how little it sends.
#include "menu_user.h"

#include <stdio.h>
#include <string.h>

// On a wide screen the whole plan is beside the configurations.
TEST(test_wide_screen_shows_every_module)
{
    struct mock *mock = menu_begin(
        "{see BOOT1 base user}{see late                     BOOT2   2}{see KiB  ready}q");
    mock->facts.console_rows = 50;
    mock->facts.console_columns = 160;
    menu_leave(mock);
    mock_end(mock);
}

// Every page and a text at a size: nothing scrolls, nothing is drawn outside (the mock looks).
TEST(test_sizes)
{
    static const uint32_t sizes[][2] = {{10, 40},  {12, 40},  {14, 60},  {16, 79}, {25, 80},
                                        {31, 100}, {42, 132}, {50, 160}, {64, 119}};
    for (size_t i = 0; i < BTL_COUNT(sizes); i++) {
        struct mock *mock = menu_begin(
            "{down}{down}{end}{up}{home}{right}{end}{home}{enter}{down}{end}p{escape}{escape}"
            "{right}"
            "{down}{right}{down}{right}p{end}{pageup}qe{enter}{end}{home}{pagedown}qo"
            "0123456789012345678901234567890123456789012345678901234567890123456789"
            "{home}{end}{left}x{enter}q");
        mock->facts.console_rows = sizes[i][0];
        mock->facts.console_columns = sizes[i][1];
        mock_add_text(mock, "/loader.conf.d/a.conf",
                      "title=\"a rather long title of a configuration that goes on\"\n");
        menu_leave(mock);
        assert_int_equal(mock->screen.scrolls, 0);
        assert_string_equal(mock->keys, "");
        mock_end(mock);
    }
}

static void expect_nothing_outside(const struct mock *mock, uint32_t rows, uint32_t columns)
{
    assert_int_equal(mock->screen.scrolls, 0);
    for (uint32_t row = 0; row < MOCK_ROWS; row++) {
        for (uint32_t column = row < rows ? columns : 0; column < MOCK_COLUMNS; column++)
            assert_int_equal(mock->screen.cell[row][column].character, 0);
    }
}

static struct fw_size terminal_shown;

static void look_at_menu(struct mock *mock, fw_key key)
{
    if (key == 'o')
        expect_nothing_outside(mock, terminal_shown.rows, terminal_shown.columns);
}

// The firmware has one mode for screen and serial line; the terminal may be smaller, and shows the
// menu all the same. The last column of a narrower one stays free.
TEST(test_terminal_that_is_smaller_than_the_mode)
{
    static const struct {
        struct fw_size mode, terminal, shown;
    } sizes[] = {
        {{31, 100}, {24, 80}, {24, 79}},   {{31, 100}, {25, 80}, {25, 79}},
        {{31, 100}, {50, 132}, {31, 100}}, {{31, 100}, {24, 132}, {24, 100}},
        {{31, 100}, {50, 80}, {31, 79}},   {{25, 80}, {24, 80}, {24, 80}},
        {{25, 80}, {25, 80}, {25, 80}},    {{31, 100}, {0, 0}, {31, 100}},
        {{47, 160}, {12, 41}, {12, 40}},
    };
    for (size_t i = 0; i < BTL_COUNT(sizes); i++) {
        struct mock *mock = menu_begin("{see boot menu}{see Every day}{right}{see late}{left}"
                                       "{see Every day}ox{enter}{see changes: 1}q");
        mock_add_text(mock, "/loader.conf", "title=\"Every day\"\nlate_load=\"YES\"\n");
        mock->terminal = FW_TERMINAL_ANSWERS;
        mock->facts.console_rows = sizes[i].mode.rows;
        mock->facts.console_columns = sizes[i].mode.columns;
        mock->terminal_size = sizes[i].terminal;
        terminal_shown = sizes[i].shown;
        mock->at_key = look_at_menu;
        menu_leave(mock);
        mock_end(mock);
    }
}

TEST(test_terminal_too_small_for_a_screen)
{
    struct mock *mock = menu_begin(" q{enter}");
    mock->terminal = FW_TERMINAL_ANSWERS;
    mock->terminal_size = (struct fw_size){9, 80};
    menu_leave(mock);
    assert_true(mock_said(mock, "menu> "));
    mock_end(mock);
}

TEST(test_too_small_for_a_screen)
{
    static const struct {
        uint32_t rows, columns;
        const char *keys;
    } sizes[] = {{9, 80, " q{enter}"}, {25, 39, "q{enter}"}, {0, 0, "q{enter}"}};
    for (size_t i = 0; i < BTL_COUNT(sizes); i++) {
        struct mock *mock = menu_begin(sizes[i].keys);
        mock->facts.console_rows = sizes[i].rows;
        mock->facts.console_columns = sizes[i].columns;
        menu_leave(mock);
        assert_true(mock_said(mock, "menu> "));
        mock_end(mock);
    }
}

// A list that is longer than the screen.
TEST(test_long_list_scrolls_with_the_selection)
{
    static char text[8192];
    struct mock *mock =
        menu_begin("{right}{see 1-}{see of 101}{see m00}{end}{see Add a module}{not "
                   "m00}{up}{see m99}{home}{see m00}q");
    text[0] = '\0';
    for (int i = 0; i < 100; i++)
        sprintf(text + strlen(text), "m%02d_load=\"NO\"\n", i);
    mock_add_text(mock, "/loader.conf", text);
    menu_leave(mock);
    assert_int_equal(mock->screen.scrolls, 0);
    mock_end(mock);
}

// Unchanged rows are not sent again: moving the selection rewrites two rows.
static size_t before;
static uint32_t keys_seen;

static void measure(struct mock *mock, fw_key key)
{
    if (key == FW_KEY_DOWN && keys_seen++ == 1)
        before = mock->console_len;
    else if (key == 'q')
        before = mock->console_len - before;
}

TEST(test_little_is_sent)
{
    struct mock *mock = menu_begin("{right}{down}{down}q");
    keys_seen = 0;
    mock->at_key = measure;
    mock_add_text(mock, "/loader.conf", "aa_load=\"NO\"\nab_load=\"NO\"\nac_load=\"NO\"\n");
    menu_leave(mock);
    assert_true(before > 0 && before <= 2 * 80);
    mock_end(mock);
}
