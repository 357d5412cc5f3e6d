// SPDX-License-Identifier: BSD-2-Clause
// The mock's console: text, a screen that a test can look at, and keys from a script.
#include "mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <btl/utf8.h>

#define IDLE_WAITS 10000 // waits without a key; more means that the loader waits for ever

static struct mock *mock_of(struct firmware *fw)
{
    return (struct mock *)fw;
}

// ----------------------------------------------------------------------------------------- screen

static uint32_t rows(const struct mock *mock)
{
    return mock->facts.console_rows < MOCK_ROWS ? mock->facts.console_rows : MOCK_ROWS;
}

static uint32_t columns(const struct mock *mock)
{
    return mock->facts.console_columns < MOCK_COLUMNS ? mock->facts.console_columns : MOCK_COLUMNS;
}

static void next_row(struct mock *mock)
{
    struct mock_screen *screen = &mock->screen;
    if (screen->row + 1 < rows(mock)) {
        screen->row++;
        return;
    }
    memmove(screen->cell[0], screen->cell[1], screen->row * sizeof(screen->cell[0]));
    memset(screen->cell[screen->row], 0, sizeof(screen->cell[0]));
    screen->scrolls++;
}

// As firmwares do, a character in the last column moves on to the next row at once.
static void put_cell(struct mock *mock, uint32_t character)
{
    struct mock_screen *screen = &mock->screen;
    if (character == '\r')
        screen->column = 0;
    else if (character == '\n')
        next_row(mock);
    else {
        screen->cell[screen->row][screen->column] = (struct mock_cell){character, screen->style};
        if (++screen->column == columns(mock)) {
            screen->column = 0;
            next_row(mock);
        }
    }
}

// Whole characters, none that drives a terminal; a line ends as the firmware wants it, and is
// rewritten only if visible.
static void check_text(const struct mock *mock, struct btl_str text)
{
    for (size_t at = 0; at < text.len;) {
        size_t before = at;
        uint32_t point = btl_utf8_next(text, &at);
        char last = before > 0              ? text.at[before - 1]
                    : mock->console_len > 0 ? mock->console[mock->console_len - 1]
                                            : '\0';
        assert_true(point != BTL_UTF8_BAD);
        assert_true(point == '\r' || point == '\n' || btl_utf8_shown(point));
        if (point == '\n')
            assert_int_equal(last, '\r');
        if (last == '\r' && mock->terminal == FW_TERMINAL_SILENT)
            assert_int_equal(point, '\n');
    }
}

static void console_write(struct firmware *fw, const char *text, size_t len)
{
    struct mock *mock = mock_of(fw);
    struct btl_str all = {text, len};
    mock->violations += mock->exited;
    mock->ticks += mock->line_us * (MOCK_HERTZ / 1000000);
    mock_watchdog_check(mock);
    check_text(mock, all);
    assert_true(len < sizeof(mock->console) - mock->console_len);
    memcpy(mock->console + mock->console_len, text, len);
    mock->console_len += len;
    for (size_t at = 0; at < len && rows(mock) > 0 && columns(mock) > 0;)
        put_cell(mock, btl_utf8_next(all, &at));
}

static void screen_clear(struct firmware *fw)
{
    struct mock *mock = mock_of(fw);
    struct mock_screen *screen = &mock->screen;
    mock->violations += mock->exit_tried;
    uint32_t clears = screen->clears + 1;
    enum fw_style style = screen->style;
    bool hidden = screen->cursor_hidden;
    *screen = (struct mock_screen){.style = style, .cursor_hidden = hidden, .clears = clears};
    for (uint32_t row = 0; row < MOCK_ROWS; row++) {
        for (uint32_t column = 0; column < MOCK_COLUMNS; column++)
            screen->cell[row][column].style = style;
    }
}

static void screen_at(struct firmware *fw, uint32_t column, uint32_t row)
{
    struct mock *mock = mock_of(fw);
    mock->violations += mock->exit_tried;
    if (column >= columns(mock) || row >= rows(mock))
        fail_msg("column %u, row %u is not on the screen", column, row);
    mock->screen.column = column;
    mock->screen.row = row;
}

static void screen_style(struct firmware *fw, enum fw_style style)
{
    mock_of(fw)->violations += mock_of(fw)->exit_tried;
    assert_true(style < FW_STYLES);
    mock_of(fw)->screen.style = style;
}

static void screen_cursor(struct firmware *fw, bool shown)
{
    mock_of(fw)->violations += mock_of(fw)->exit_tried;
    mock_of(fw)->screen.cursor_hidden = !shown;
}

static enum fw_terminal terminal(struct firmware *fw, struct fw_size *ret_size)
{
    mock_of(fw)->violations += mock_of(fw)->exit_tried;
    mock_of(fw)->terminal_asked++;
    *ret_size = mock_of(fw)->terminal_size;
    return mock_of(fw)->terminal;
}

struct btl_str mock_row(const struct mock *mock, uint32_t row)
{
    static char text[BTL_UTF8_MAX * MOCK_COLUMNS + 1];
    size_t len = 0, end = 0;
    assert_true(row < MOCK_ROWS);
    for (uint32_t column = 0; column < columns(mock); column++) {
        uint32_t character = mock->screen.cell[row][column].character;
        len += btl_utf8_put(character != 0 ? character : ' ', text + len);
        if (character != 0 && character != ' ')
            end = len;
    }
    text[end] = '\0';
    return (struct btl_str){text, end};
}

// *ret_column is in characters.
static bool find(const struct mock *mock, const char *text, uint32_t *ret_row, uint32_t *ret_column)
{
    for (uint32_t row = 0; row < rows(mock); row++) {
        struct btl_str line = mock_row(mock, row);
        const char *found = strstr(line.at, text);
        if (found == NULL)
            continue;
        *ret_row = row;
        *ret_column = 0;
        for (size_t at = 0; line.at + at < found; (*ret_column)++)
            btl_utf8_next(line, &at);
        return true;
    }
    return false;
}

bool mock_shows(const struct mock *mock, const char *text)
{
    uint32_t row, column;
    return find(mock, text, &row, &column);
}

static void fail_with_screen(const struct mock *mock, const char *what, const char *text)
{
    for (uint32_t row = 0; row < rows(mock); row++)
        print_error("|%s\n", mock_row(mock, row).at);
    fail_msg("the screen %s \"%s\"", what, text);
}

enum fw_style mock_style(const struct mock *mock, const char *text)
{
    uint32_t row = 0, column = 0;
    if (!find(mock, text, &row, &column))
        fail_with_screen(mock, "does not show", text);
    return mock->screen.cell[row][column].style;
}

// ------------------------------------------------------------------------------------------- keys

static const struct {
    const char *name;
    fw_key key;
} names[] = {
    {"up", FW_KEY_UP},
    {"down", FW_KEY_DOWN},
    {"left", FW_KEY_LEFT},
    {"right", FW_KEY_RIGHT},
    {"home", FW_KEY_HOME},
    {"end", FW_KEY_END},
    {"pageup", FW_KEY_PAGE_UP},
    {"pagedown", FW_KEY_PAGE_DOWN},
    {"insert", FW_KEY_INSERT},
    {"delete", FW_KEY_DELETE},
    {"escape", FW_KEY_ESCAPE},
    {"enter", '\r'},
    {"backspace", '\b'},
    {"tab", '\t'},
    {"other", FW_KEY_OTHER},
    {"open", '{'},
    {"wait", 0},
};

static fw_key named_key(const char *name)
{
    for (size_t i = 0; i < BTL_COUNT(names); i++) {
        if (strcmp(names[i].name, name) == 0)
            return names[i].key;
    }
    int number = name[0] == 'f' ? atoi(name + 1) : 0;
    if (number < 1 || number > 12)
        fail_msg("no key is called {%s}", name);
    return FW_KEY_F1 + (fw_key)number - 1;
}

static void look(const struct mock *mock, const char *what, const char *text)
{
    bool wanted = strcmp(what, "see") == 0;
    if (mock_shows(mock, text) != wanted)
        fail_with_screen(mock, wanted ? "does not show" : "shows", text);
}

fw_key mock_key_next(const struct mock *mock, const char **script)
{
    char name[128];
    while (*script != NULL && **script == '{') {
        size_t len = strcspn(*script, "}");
        assert_true((*script)[len] == '}' && len < sizeof(name));
        snprintf(name, sizeof(name), "%.*s", (int)len - 1, *script + 1);
        *script += len + 1;
        if (strncmp(name, "see ", 4) != 0 && strncmp(name, "not ", 4) != 0)
            return named_key(name);
        name[3] = '\0';
        look(mock, name, name + 4);
    }
    if (*script == NULL || **script == '\0')
        return 0;
    size_t at = 0;
    fw_key key = btl_utf8_next(btl_str_of(*script), &at);
    assert_true(key != BTL_UTF8_BAD);
    *script += at;
    return key;
}

// A poll returns keys typed earlier; a wait returns the next key of the script.
static fw_key wait_key(struct firmware *fw, uint32_t milliseconds)
{
    struct mock *mock = mock_of(fw);
    mock->violations += mock->exit_tried;
    fw_key key = mock_key_next(mock, &mock->typed);
    if (milliseconds > 0) {
        mock->violations += mock->ran && mock->watchdog != 0;
        mock->key_waited = true;
        mock->key_ms = milliseconds;
        key = key != 0 ? key : mock_key_next(mock, &mock->keys);
    }
    if (key == 0) {
        mock->waited_ms += milliseconds;
        mock->ticks += milliseconds * (mock->rate / 1000);
        mock->idle_waits += milliseconds > 0;
        if (mock->idle_waits > IDLE_WAITS)
            fail_with_screen(mock, "waits for ever for", "a key");
        return 0;
    }
    mock->idle_waits = 0;
    if (mock->at_key != NULL)
        mock->at_key(mock, key);
    return key;
}

static void forget_keys(struct firmware *fw)
{
    mock_of(fw)->violations += mock_of(fw)->exit_tried;
    mock_of(fw)->typed = NULL;
}

void mock_console(struct firmware *ret)
{
    ret->write = console_write;
    ret->screen_clear = screen_clear;
    ret->screen_at = screen_at;
    ret->screen_style = screen_style;
    ret->screen_cursor = screen_cursor;
    ret->terminal = terminal;
    ret->wait_key = wait_key;
    ret->forget_keys = forget_keys;
}
