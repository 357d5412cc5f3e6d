// SPDX-License-Identifier: BSD-2-Clause
// UTF-8 and UTF-16.
#include <btl/utf8.h>

#include <btl/mem.h>

static bool is_character(uint32_t point)
{
    return point <= 0x10ffff && !btl_utf16_is_surrogate(point);
}

uint32_t btl_utf8_next(struct btl_str text, size_t *index)
{
    static const uint32_t min[] = {0, 0, 0x80, 0x800, 0x10000};
    if (*index >= text.len)
        return BTL_UTF8_BAD;
    const char *from = text.at + *index;
    uint8_t first = (uint8_t)from[0];
    size_t len = btl_utf8_length(from[0]);
    if ((len == 1 && first >= 0x80) || len > text.len - *index)
        return BTL_UTF8_BAD;
    uint32_t point = len == 1 ? first : first & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if (!btl_utf8_continues(from[i]))
            return BTL_UTF8_BAD;
        point = point << 6 | ((uint8_t)from[i] & 0x3fu);
    }
    if (point < min[len] || !is_character(point))
        return BTL_UTF8_BAD;
    *index += len;
    return point;
}

size_t btl_utf8_count(struct btl_str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += !btl_utf8_continues(text.at[i]);
    return count;
}

size_t btl_utf8_put(uint32_t point, char to[static BTL_UTF8_MAX])
{
    if (point < 0x80 || !is_character(point)) {
        to[0] = point < 0x80 ? (char)point : '?';
        return 1;
    }
    size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, point >>= 6)
        to[i] = (char)(0x80 | (point & 0x3f));
    to[0] = (char)((0xf00u >> len & 0xff) | point);
    return len;
}

bool btl_utf8_shown(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},   {0x200b, 0x200f},
        {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
    };
    for (size_t i = 0; i < BTL_COUNT(hidden); i++) {
        if (point >= hidden[i].first && point <= hidden[i].last)
            return false;
    }
    return is_character(point) && (point & 0xfffe) != 0xfffe;
}

static uint32_t utf16_unit(const void *units, size_t index)
{
    uint16_t unit;
    memcpy(&unit, (const char *)units + 2 * index, sizeof(unit));
    return unit;
}

uint32_t btl_utf16_next(const void *units, size_t count, size_t *index)
{
    BTL_ASSERT(*index < count);
    uint32_t point = utf16_unit(units, (*index)++);
    if (!btl_utf16_is_surrogate(point))
        return point;
    uint32_t low = *index < count ? utf16_unit(units, *index) : 0;
    if (point >= 0xdc00 || low < 0xdc00 || low >= 0xe000)
        return BTL_UTF8_REPLACEMENT;
    ++*index;
    return 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff);
}

size_t btl_utf16_put(uint32_t point, uint16_t to[static 2])
{
    if (point < 0x10000) {
        to[0] = (uint16_t)point;
        return 1;
    }
    to[0] = (uint16_t)(0xd800 + ((point - 0x10000) >> 10));
    to[1] = (uint16_t)(0xdc00 + (point & 0x3ff));
    return 2;
}

struct btl_str btl_utf8_last_lines(struct btl_str text, size_t max)
{
    if (text.len <= max)
        return text;
    struct btl_str part = {text.at + (text.len - max), max};
    size_t at = 0;
    if (part.at[-1] == '\n')
        return part;
    while (at < part.len && part.at[at] != '\n')
        at++;
    if (at + 1 < part.len)
        return btl_str_after(part, at + 1);
    at = 0; // one line
    while (at < part.len && btl_utf8_continues(part.at[at]))
        at++;
    return btl_str_after(part, at);
}
