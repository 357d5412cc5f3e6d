// SPDX-License-Identifier: BSD-2-Clause
#include "console.h"
#include "watchdog.h"

#define ROWS_MIN 4 // with fewer rows there are no pages
#define KEY_MS   600000
#define TAB      8

void console_flush(struct console *console)
{
    if (console->line_len > 0)
        console->fw->write(console->fw, console->line, console->line_len);
    console->line_len = 0;
}

static void console_append(struct console *console, uint32_t glyph)
{
    if (console->line_len + BTL_UTF8_MAX > sizeof(console->line))
        console_flush(console);
    console->line_len += btl_utf8_put(glyph, console->line + console->line_len);
}

static void console_end_line(struct console *console)
{
    console_append(console, '\r'); // the firmware's console wants both
    console_append(console, '\n');
    console->column = 0;
    console_flush(console); // by lines, because every call may redraw a screen
}

static void console_put_spaces(struct console *console, size_t count)
{
    for (size_t i = 0; i < count; i++)
        console_append(console, ' ');
    console->column += (uint32_t)count;
}

// Count a line of `column` columns, and wait for a key when the page is full. The last row is for
// the question.
static void console_count_line(struct console *console, uint32_t column)
{
    static const char question[] = "-- a key: the next page, q: no more --";
    console->row += column == 0 ? 1 : (column + console->columns - 1) / console->columns;
    if (console->row < console->rows - 1)
        return;
    console->fw->write(console->fw, question, sizeof(question) - 1);
    fw_key key = console->wait_key(console->owner);
    console_end_line(console);
    console->row = 0;
    console->quit = key == 'q' || key == 'Q' || key == FW_KEY_ESCAPE || key == 0;
    if (console->quit)
        console->rows = 0;
}

static void console_put_point(void *owner, uint32_t point)
{
    struct console *console = owner;
    uint32_t column = console->column, columns;
    if (point == '\n') {
        console_end_line(console);
        if (console->rows > 0)
            console_count_line(console, column);
    } else if (point == '\t') {
        console_put_spaces(console, TAB - column % TAB);
    } else if (point != '\r') {
        uint32_t glyph = glyph_of(point, &columns);
        if (columns > 0)
            console_append(console, glyph);
        console->column += columns;
    }
}

void status_line(struct console *console, struct btl_str line)
{
    struct firmware *fw = console->fw;
    size_t before = console->status_len;
    if (before == 0 && line.len == 0)
        return;
    if (before > 0)
        fw->write(fw, "\r", 1);
    if (line.len > 0)
        fw->write(fw, line.at, line.len);
    for (size_t i = line.len; i < before; i++)
        console_append(console, ' ');
    if (line.len == 0)
        console_append(console, '\r');
    console_flush(console);
    console->status_len = line.len;
}

void console_put(struct console *console, const char *text, size_t len)
{
    status_line(console, BTL_STR(""));
    glyph_input_put(&console->input, text, len);
}

static void console_out_all(struct btl_out *out, const char *text, size_t len)
{
    console_put(out->owner, text, len);
}

void console_print(struct console *console, const char *format, ...)
{
    struct btl_out out = {.put = console_out_all, .owner = console};
    va_list args;
    va_start(args, format);
    btl_vformat(&out, format, args);
    va_end(args);
    btl_format(&out, "\n");
}

void console_print_diag(struct console *console, const struct btl_diag *diag)
{
    struct btl_out out = {.put = console_out_all, .owner = console};
    btl_diag_print(&out, diag);
    btl_format(&out, "\n");
}

static void console_out(struct btl_out *out, const char *text, size_t len)
{
    struct console *console = out->owner;
    if (!console->quit)
        console_put(console, text, len);
}

void console_begin(struct console *console, struct firmware *fw)
{
    *console = (struct console){.fw = fw};
    console->input = (struct glyph_input){.put = console_put_point, .owner = console};
    console->out = (struct btl_out){.put = console_out, .owner = console};
}

fw_key console_wait_key(void *fw)
{
    fw_key key = watchdog_wait_key(fw, KEY_MS);
    return key != 0 ? key : ' ';
}

void console_page(struct console *console, uint32_t rows, uint32_t columns,
                  fw_key (*wait_key)(void *owner), void *owner)
{
    if (rows < ROWS_MIN || columns == 0)
        return;
    console->rows = rows;
    console->columns = columns;
    console->wait_key = wait_key;
    console->owner = owner;
}
