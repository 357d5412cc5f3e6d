// SPDX-License-Identifier: BSD-2-Clause
// Characters and lines for a terminal.
#include "menu_text.h"

#include <btl/utf8.h>

#include <btl/mem.h>

#define TAB    8
#define INDENT 2 // of what goes on from the line before

struct interval {
    uint32_t first, last;
};

static bool is_in(uint32_t point, const struct interval *intervals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (point >= intervals[i].first && point <= intervals[i].last)
            return true;
    }
    return false;
}

// Combining characters, as far as firmware fonts matter.
static bool takes_no_column(uint32_t point)
{
    static const struct interval none[] = {
        {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},   {0x64b, 0x65f},
        {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};
    return is_in(point, none, BTL_COUNT(none));
}

// East Asian Wide and Fullwidth (Unicode, annex 11), the blocks as a whole.
static bool takes_two_columns(uint32_t point)
{
    static const struct interval two[] = {{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},
                                          {0xa960, 0xa97c}, {0xac00, 0xd7a3}, {0xfe30, 0xfe6f},
                                          {0xff00, 0xff60}, {0xffe0, 0xffe6}};
    return point >= two[0].first && is_in(point, two, BTL_COUNT(two));
}

bool menu_next_char(struct btl_str text, size_t *at, uint32_t *ret_point, uint32_t *ret_width)
{
    while (*at < text.len) {
        uint32_t point = btl_utf8_next(text, at);
        *at += point == BTL_UTF8_BAD;
        if (point != BTL_UTF8_BAD && takes_no_column(point))
            continue;
        // The firmware's consoles have 16 bits for a character.
        if (!btl_utf8_shown(point) || point > 0xffff)
            point = '?';
        *ret_point = point;
        *ret_width = takes_two_columns(point) ? 2 : 1;
        return true;
    }
    return false;
}

uint32_t menu_width(struct btl_str text)
{
    uint32_t point, width, columns = 0;
    for (size_t at = 0; menu_next_char(text, &at, &point, &width);)
        columns += width;
    return columns;
}

// ------------------------------------------------------------------------------------------- lines

static void put_line(struct menu_wrap *wrap, size_t len)
{
    wrap->line(wrap->owner, (struct btl_str){wrap->text, len});
}

static void begin_line(struct menu_wrap *wrap)
{
    wrap->len = wrap->blank = wrap->used = 0;
}

// The line is full: what stands behind its last blank goes to the next one.
static void break_line(struct menu_wrap *wrap)
{
    char rest[sizeof(wrap->text)];
    size_t cut = wrap->blank > 0 ? wrap->blank : wrap->len;
    struct btl_str kept = {rest, wrap->len - cut};
    memcpy(rest, wrap->text + cut, kept.len);
    put_line(wrap, wrap->blank > 0 ? cut - 1 : cut);
    begin_line(wrap);
    if (wrap->columns > 4 * INDENT) {
        memset(wrap->text, ' ', INDENT);
        wrap->len = wrap->used = INDENT;
    }
    memcpy(wrap->text + wrap->len, rest, kept.len);
    wrap->len += kept.len;
    wrap->used += menu_width(kept);
}

static void put_char(struct menu_wrap *wrap, uint32_t point, uint32_t width)
{
    if (wrap->used + width > wrap->columns) {
        // A blank at the end of a full line is the break itself.
        if (point == ' ')
            wrap->blank = 0;
        break_line(wrap);
        if (point == ' ')
            return;
    }
    wrap->len += btl_utf8_put(point, wrap->text + wrap->len);
    wrap->used += width;
    // Blanks at the beginning of a line are its indent.
    if (point == ' ' && wrap->used > wrap->columns / 3)
        wrap->blank = wrap->len;
}

static void put_text(struct menu_wrap *wrap, struct btl_str text)
{
    uint32_t point, width;
    for (size_t at = 0; at < text.len;) {
        if (text.at[at] == '\n') {
            at++;
            put_line(wrap, wrap->len);
            begin_line(wrap);
        } else if (text.at[at] == '\t') {
            at++;
            do {
                put_char(wrap, ' ', 1);
            } while (wrap->used % TAB != 0 && wrap->used < wrap->columns);
        } else {
            struct btl_str rest = {text.at, text.len};
            if (menu_next_char(rest, &at, &point, &width))
                put_char(wrap, point, width);
        }
    }
}

// Bytes that the character beginning with `first` has.
static uint32_t char_length(char first)
{
    uint8_t byte = (uint8_t)first;
    return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf8 ? 4 : 1;
}

// Pieces of text may end inside a character.
static void put(struct btl_out *out, const char *text, size_t len)
{
    struct menu_wrap *wrap = out->owner;
    for (size_t i = 0; i < len; i++) {
        bool inside = ((uint8_t)text[i] & 0xc0) == 0x80;
        if (wrap->partial_len > 0 && !inside) {
            put_text(wrap, (struct btl_str){wrap->partial, wrap->partial_len});
            wrap->partial_len = 0;
        }
        wrap->partial[wrap->partial_len++] = text[i];
        if (wrap->partial_len < char_length(wrap->partial[0]))
            continue;
        put_text(wrap, (struct btl_str){wrap->partial, wrap->partial_len});
        wrap->partial_len = 0;
    }
}

void menu_wrap_begin(struct menu_wrap *wrap, uint32_t columns,
                     void (*line)(void *owner, struct btl_str line), void *owner)
{
    *wrap = (struct menu_wrap){.line = line, .owner = owner};
    wrap->columns = columns > MENU_WRAP_MAX ? MENU_WRAP_MAX : columns < 2 ? 2 : columns;
    wrap->out = (struct btl_out){.put = put, .owner = wrap};
}

void menu_wrap_end(struct menu_wrap *wrap)
{
    if (wrap->partial_len > 0)
        put_text(wrap, (struct btl_str){wrap->partial, wrap->partial_len});
    wrap->partial_len = 0;
    if (wrap->len > 0)
        put_line(wrap, wrap->len);
    begin_line(wrap);
}
