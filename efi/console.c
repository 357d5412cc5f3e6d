// SPDX-License-Identifier: BSD-2-Clause
// The console.
#include "console.h"

#define ROWS_MIN    4   // with less there are no pages
#define KEY_SECONDS 600 // so long is a page shown, if nobody presses a key
#define TAB         8

static void flush(struct console *console)
{
    if (console->line_len > 0)
        console->fw->write(console->fw, console->line, console->line_len);
    console->line_len = 0;
}

static void put_char(struct console *console, char c)
{
    // Room for \r\n: the firmware's console wants both.
    if (console->line_len + 2 > sizeof(console->line))
        flush(console);
    if (c == '\n')
        console->line[console->line_len++] = '\r';
    console->line[console->line_len++] = c;
    console->column = c == '\n' ? 0 : console->column + 1;
    if (c == '\n')
        flush(console); // by lines, because every call may redraw a screen
}

static void put_text(struct console *console, const char *text)
{
    for (; *text != '\0'; text++)
        put_char(console, *text);
}

// After a line of `column` characters. The last row is for the question.
static void line_ended(struct console *console, uint32_t column)
{
    console->row += column == 0 ? 1 : (column + console->columns - 1) / console->columns;
    if (console->row < console->rows - 1)
        return;
    put_text(console, "-- a key: the next page, q: no more --");
    flush(console);
    char key = console->fw->wait_key(console->fw, KEY_SECONDS);
    put_char(console, '\n');
    console->quit = key == 'q' || key == 'Q';
    if (console->quit)
        console->rows = 0;
    console->row = 0;
}

// The bytes of a character of UTF-8 after its first are not shown at all.
static bool is_continuation(char c)
{
    return ((uint8_t)c & 0xc0) == 0x80;
}

void console_put(struct console *console, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint32_t column = console->column;
        if (text[i] == '\t') {
            do {
                put_char(console, ' ');
            } while (console->column % TAB != 0);
        } else if (text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~')) {
            put_char(console, text[i]);
        } else if (text[i] != '\r' && !is_continuation(text[i])) {
            put_char(console, '?');
        }
        if (text[i] == '\n' && console->rows > 0)
            line_ended(console, column);
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
