// SPDX-License-Identifier: BSD-2-Clause
// What is seen, what is wanted, and the difference.
#include "screen.h"

#include <btl/utf8.h>

#include "glyph.h"

#define PIECE  240 // bytes written at once
#define BRIDGE 6   // columns

struct menu_screen *menu_screen_new(struct firmware *fw, uint32_t rows, uint32_t columns,
                                    struct btl_arena *arena)
{
    struct menu_screen *screen = BTL_NEW(arena, struct menu_screen);
    struct menu_cell *cells = BTL_NEW_ARRAY(arena, struct menu_cell, 2 * (uint64_t)rows * columns);
    if (screen == NULL || cells == NULL)
        return NULL;
    *screen = (struct menu_screen){.fw = fw,
                                   .rows = rows,
                                   .columns = columns,
                                   .seen = cells,
                                   .wanted = cells + (uint64_t)rows * columns};
    return screen;
}

static void fill(const struct menu_screen *screen, struct menu_cell *cells)
{
    for (uint64_t i = 0; i < (uint64_t)screen->rows * screen->columns; i++)
        cells[i] = (struct menu_cell){' ', FW_STYLE_NORMAL};
}

void menu_screen_begin(struct menu_screen *screen)
{
    struct firmware *fw = screen->fw;
    fw->screen_style(fw, FW_STYLE_NORMAL);
    fw->screen_clear(fw);
    fw->screen_cursor(fw, false);
    fill(screen, screen->seen);
    fill(screen, screen->wanted);
    screen->cursor = screen->cursor_seen = false;
}

void menu_screen_end(struct menu_screen *screen)
{
    struct firmware *fw = screen->fw;
    fw->screen_style(fw, FW_STYLE_NORMAL);
    fw->screen_clear(fw);
    fw->screen_cursor(fw, true);
}

void menu_screen_wipe(struct menu_screen *screen)
{
    fill(screen, screen->wanted);
    screen->cursor = false;
}

uint32_t menu_screen_put(struct menu_screen *screen, uint32_t row, uint32_t column, uint32_t width,
                         enum fw_style style, struct btl_str text)
{
    uint32_t used = 0, point, wide;
    if (row >= screen->rows || column >= screen->columns)
        return 0;
    if (width > screen->columns - column)
        width = screen->columns - column;
    struct menu_cell *cells = screen->wanted + (uint64_t)row * screen->columns + column;
    for (size_t at = 0; glyph_next(text, &at, &point, &wide) && used + wide <= width;) {
        cells[used++] = (struct menu_cell){point, style};
        if (wide == 2)
            cells[used++] = (struct menu_cell){MENU_CELL_TAIL, style};
    }
    for (uint32_t i = used; i < width; i++)
        cells[i] = (struct menu_cell){' ', style};
    return used;
}

static bool same(const struct menu_cell *a, const struct menu_cell *b)
{
    return a->point == b->point && a->style == b->style;
}

// A terminal without a glyph for a wide character shows '?' in its first column.
static void blank_tails(struct menu_screen *screen, uint32_t row, uint32_t from, uint32_t to)
{
    struct firmware *fw = screen->fw;
    const struct menu_cell *cells = screen->wanted + (uint64_t)row * screen->columns;
    for (uint32_t i = from; i < to; i++) {
        if (cells[i].point != MENU_CELL_TAIL)
            continue;
        fw->screen_at(fw, i, row);
        fw->write(fw, " ", 1);
    }
}

// Writes cells [from, to) of a row, which have one style. Behind a wide character the terminal is
// told where it stands: it may have moved on by one column.
static void write_run(struct menu_screen *screen, uint32_t row, uint32_t from, uint32_t to)
{
    struct firmware *fw = screen->fw;
    const struct menu_cell *cells = screen->wanted + (uint64_t)row * screen->columns;
    char bytes[PIECE];
    size_t len = 0;
    fw->screen_style(fw, (enum fw_style)cells[from].style);
    blank_tails(screen, row, from, to);
    fw->screen_at(fw, from, row);
    for (uint32_t i = from; i < to; i++) {
        bool tail = cells[i].point == MENU_CELL_TAIL;
        if (!tail)
            len += btl_utf8_put(cells[i].point, bytes + len);
        if (tail || len > sizeof(bytes) - BTL_UTF8_MAX || i + 1 == to) {
            fw->write(fw, bytes, len);
            len = 0;
        }
        if (tail && i + 1 < to)
            fw->screen_at(fw, i + 1, row);
    }
}

// The end of what is written in one go from `from` on: cells of one style, with such between them
// as are seen already where going on is cheaper than moving the cursor.
static uint32_t run_end(const struct menu_cell *seen, const struct menu_cell *wanted, uint32_t from,
                        uint32_t end)
{
    uint32_t last = from;
    for (uint32_t at = from; at < end && at - last <= BRIDGE; at++) {
        if (wanted[at].style != wanted[from].style)
            break;
        if (!same(&seen[at], &wanted[at]) || wanted[at].point == MENU_CELL_TAIL)
            last = at;
    }
    return last + 1;
}

static void flush_row(struct menu_screen *screen, uint32_t row)
{
    struct menu_cell *seen = screen->seen + (uint64_t)row * screen->columns;
    const struct menu_cell *wanted = screen->wanted + (uint64_t)row * screen->columns;
    // The last place of all would make the terminal scroll.
    uint32_t end = screen->columns - (row + 1 == screen->rows);
    for (uint32_t at = 0; at < end;) {
        if (same(&seen[at], &wanted[at])) {
            at++;
            continue;
        }
        // A wide character is written whole.
        uint32_t from = wanted[at].point == MENU_CELL_TAIL && at > 0 ? at - 1 : at;
        at = run_end(seen, wanted, from, end);
        write_run(screen, row, from, at);
    }
    for (uint32_t at = 0; at < end; at++)
        seen[at] = wanted[at];
}

void menu_screen_flush(struct menu_screen *screen)
{
    struct firmware *fw = screen->fw;
    for (uint32_t row = 0; row < screen->rows; row++)
        flush_row(screen, row);
    if (screen->cursor)
        fw->screen_at(fw, screen->cursor_column, screen->cursor_row);
    if (screen->cursor != screen->cursor_seen)
        fw->screen_cursor(fw, screen->cursor);
    screen->cursor_seen = screen->cursor;
}
