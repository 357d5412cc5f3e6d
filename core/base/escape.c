// SPDX-License-Identifier: BSD-2-Clause
// Text of unknown origin, made harmless for a terminal.
#include <btl/format.h>

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

void btl_put_escaped(struct btl_out *out, struct btl_str text, size_t max)
{
    struct btl_str shown = btl_str_first(text, max);
    for (size_t begin = 0, end = 0; begin < shown.len; begin = end) {
        while (end < shown.len && is_printable(shown.at[end]))
            end++;
        btl_format(out, "%pS", &(struct btl_str){shown.at + begin, end - begin});
        if (end < shown.len)
            btl_format(out, "\\x%02x", (unsigned)(uint8_t)shown.at[end++]);
    }
    if (shown.len < text.len)
        btl_format(out, "...");
}

size_t btl_escaped_width(struct btl_str text, size_t max)
{
    struct btl_str shown = btl_str_first(text, max);
    size_t width = shown.len + (shown.len < text.len ? 3 : 0);
    for (size_t i = 0; i < shown.len; i++)
        width += is_printable(shown.at[i]) ? 0 : 3;
    return width;
}
