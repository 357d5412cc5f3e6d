// SPDX-License-Identifier: BSD-2-Clause
#include "wrap.h"

#include <btl/mem.h>

#define TAB    8
#define INDENT 2 // of a continued line

static void wrap_put_line(struct menu_wrap *wrap, size_t len)
{
    wrap->line(wrap->owner, (struct btl_str){wrap->text, len});
}

static void wrap_begin_line(struct menu_wrap *wrap)
{
    wrap->len = wrap->blank = wrap->used = 0;
}

// End a full line at its last blank; the rest begins the next line.
static void wrap_break_line(struct menu_wrap *wrap)
{
    char rest[sizeof(wrap->text)];
    size_t cut = wrap->blank > 0 ? wrap->blank : wrap->len;
    struct btl_str kept = {rest, wrap->len - cut};
    memcpy(rest, wrap->text + cut, kept.len);
    wrap_put_line(wrap, wrap->blank > 0 ? cut - 1 : cut);
    wrap_begin_line(wrap);
    if (wrap->columns > 4 * INDENT) {
        memset(wrap->text, ' ', INDENT);
        wrap->len = wrap->used = INDENT;
    }
    memcpy(wrap->text + wrap->len, rest, kept.len);
    wrap->len += kept.len;
    wrap->used += glyph_columns(kept);
}

static void wrap_put_glyph(struct menu_wrap *wrap, uint32_t glyph, uint32_t width)
{
    if (wrap->used + width > wrap->columns) {
        // A blank at the end of a full line is the break itself.
        if (glyph == ' ')
            wrap->blank = 0;
        wrap_break_line(wrap);
        if (glyph == ' ')
            return;
    }
    wrap->len += btl_utf8_put(glyph, wrap->text + wrap->len);
    wrap->used += width;
    // Blanks at the beginning of a line are its indent.
    if (glyph == ' ' && wrap->used > wrap->columns / 3)
        wrap->blank = wrap->len;
}

static void wrap_put_point(void *owner, uint32_t point)
{
    struct menu_wrap *wrap = owner;
    uint32_t width;
    if (point == '\n') {
        wrap_put_line(wrap, wrap->len);
        wrap_begin_line(wrap);
    } else if (point == '\t') {
        do {
            wrap_put_glyph(wrap, ' ', 1);
        } while (wrap->used % TAB != 0 && wrap->used < wrap->columns);
    } else {
        uint32_t glyph = glyph_of(point, &width);
        if (width > 0)
            wrap_put_glyph(wrap, glyph, width);
    }
}

static void wrap_put(struct btl_out *out, const char *text, size_t len)
{
    struct menu_wrap *wrap = out->owner;
    glyph_input_put(&wrap->input, text, len);
}

void menu_wrap_begin(struct menu_wrap *wrap, uint32_t columns,
                     void (*line)(void *owner, struct btl_str line), void *owner)
{
    *wrap = (struct menu_wrap){.line = line, .owner = owner};
    wrap->columns = columns > MENU_WRAP_MAX ? MENU_WRAP_MAX : columns < 2 ? 2 : columns;
    wrap->out = (struct btl_out){.put = wrap_put, .owner = wrap};
    wrap->input = (struct glyph_input){.put = wrap_put_point, .owner = wrap};
}

void menu_wrap_end(struct menu_wrap *wrap)
{
    glyph_input_end(&wrap->input);
    if (wrap->len > 0)
        wrap_put_line(wrap, wrap->len);
    wrap_begin_line(wrap);
}
