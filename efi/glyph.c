// SPDX-License-Identifier: BSD-2-Clause
#include "glyph.h"

struct glyph_range {
    uint32_t first, last;
};

static bool glyph_in(uint32_t point, const struct glyph_range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    }
    return false;
}

// Combining characters, as far as firmware fonts matter.
static const struct glyph_range combining[] = {
    {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},   {0x64b, 0x65f},
    {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};
// East Asian Wide and Fullwidth (Unicode, annex 11), the blocks as a whole.
static const struct glyph_range wide[] = {{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},
                                          {0xa960, 0xa97c}, {0xac00, 0xd7a3}, {0xfe30, 0xfe6f},
                                          {0xff00, 0xff60}, {0xffe0, 0xffe6}};

uint32_t glyph_of(uint32_t point, uint32_t *ret_columns)
{
    *ret_columns = 1;
    if (point >= ' ' && point <= '~')
        return point;
    // The firmware's consoles have 16 bits for a character.
    if (!btl_utf8_shown(point) || point > 0xffff)
        return '?';
    if (glyph_in(point, combining, BTL_COUNT(combining)))
        *ret_columns = 0;
    else if (glyph_in(point, wide, BTL_COUNT(wide)))
        *ret_columns = 2;
    return point;
}

bool glyph_next(struct btl_str text, size_t *index, uint32_t *ret_glyph, uint32_t *ret_columns)
{
    while (*index < text.len) {
        uint32_t point = btl_utf8_next(text, index);
        *index += point == BTL_UTF8_BAD;
        *ret_glyph = glyph_of(point, ret_columns);
        if (*ret_columns > 0)
            return true;
    }
    return false;
}

uint32_t glyph_columns(struct btl_str text)
{
    uint32_t glyph, width, columns = 0;
    for (size_t index = 0; glyph_next(text, &index, &glyph, &width);)
        columns += width;
    return columns;
}

void glyph_input_end(struct glyph_input *input)
{
    size_t index = 0;
    struct btl_str text = {input->partial, input->partial_len};
    input->partial_len = 0;
    if (text.len > 0)
        input->put(input->owner, btl_utf8_next(text, &index));
}

void glyph_input_put(struct glyph_input *input, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!btl_utf8_continues(text[i]))
            glyph_input_end(input);
        input->partial[input->partial_len++] = text[i];
        if (input->partial_len == btl_utf8_length(input->partial[0]))
            glyph_input_end(input);
    }
}
