// SPDX-License-Identifier: BSD-2-Clause
// The console.
#include "console.h"
#include "watchdog.h"

#define ROWS_MIN 4      // with less there are no pages
#define KEY_MS   600000 // so long is a page shown, if nobody presses a key
#define TAB      8

static void flush(struct console *console)
{
    if (console->line_len > 0)
        console->fw->write(console->fw, console->line, console->line_len);
    console->line_len = 0;
}

// One column each: the firmware's console has no others.
static void put_point(struct console *console, uint32_t point)
{
    // Room for \r\n: the firmware's console wants both.
    if (console->line_len + BTL_UTF8_MAX > sizeof(console->line))
        flush(console);
    if (point == '\n')
        console->line[console->line_len++] = '\r';
    console->line_len += btl_utf8_put(point, console->line + console->line_len);
    console->column = point == '\n' ? 0 : console->column + 1;
    if (point == '\n')
        flush(console); // by lines, because every call may redraw a screen
}

static void put_text(struct console *console, const char *text)
{
    for (; *text != '\0'; text++)
        put_point(console, (uint8_t)*text);
}

// After a line of `column` characters. The last row is for the question.
static void line_ended(struct console *console, uint32_t column)
{
    console->row += column == 0 ? 1 : (column + console->columns - 1) / console->columns;
    if (console->row < console->rows - 1)
        return;
    put_text(console, "-- a key: the next page, q: no more --");
    flush(console);
    fw_key key = watchdog_wait_key(console->fw, KEY_MS);
    put_point(console, '\n');
    console->quit = key == 'q' || key == 'Q';
    if (console->quit)
        console->rows = 0;
    console->row = 0;
}

static void show(struct console *console, uint32_t point)
{
    uint32_t column = console->column;
    if (point == '\t') {
        do {
            put_point(console, ' ');
        } while (console->column % TAB != 0);
    } else if (point != '\r') {
        put_point(console, point == '\n' || btl_utf8_shown(point) ? point : '?');
    }
    if (point == '\n' && console->rows > 0)
        line_ended(console, column);
}

// Bytes of the character that `first` begins, when it is well-formed.
static size_t length_of(char first)
{
    uint8_t byte = (uint8_t)first;
    return byte < 0xc2 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 1;
}

static bool is_continuation(char c)
{
    return ((uint8_t)c & 0xc0) == 0x80;
}

// What was begun is whole, or cannot become so: one '?' for it.
static void show_begun(struct console *console)
{
    size_t at = 0;
    uint32_t point = btl_utf8_next((struct btl_str){console->begun, console->begun_len}, &at);
    console->begun_len = 0;
    show(console, point);
}

void console_put(struct console *console, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (console->begun_len > 0 && !is_continuation(text[i]))
            show_begun(console);
        console->begun[console->begun_len++] = text[i];
        if (console->begun_len == length_of(console->begun[0]))
            show_begun(console);
    }
}

static void put(struct btl_out *out, const char *text, size_t len)
{
    struct console *console = out->owner;
    if (!console->quit)
        console_put(console, text, len);
}

void console_begin(struct console *console, struct firmware *fw)
{
    *console = (struct console){.fw = fw};
    console->out = (struct btl_out){.put = put, .owner = console};
}

void console_page(struct console *console, uint32_t rows, uint32_t columns)
{
    if (rows < ROWS_MIN || columns == 0)
        return;
    console->rows = rows;
    console->columns = columns;
}
