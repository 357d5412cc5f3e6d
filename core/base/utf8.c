// SPDX-License-Identifier: BSD-2-Clause
// UTF-8.
#include <btl/utf8.h>

static bool is_character(uint32_t point)
{
    return point <= 0x10ffff && (point < 0xd800 || point >= 0xe000);
}

uint32_t btl_utf8_next(struct btl_str text, size_t *at)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (*at >= text.len)
        return BTL_UTF8_BAD;
    const char *from = text.at + *at;
    uint8_t first = (uint8_t)from[0];
    size_t len = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (len == 0 || first >= 0xf8 || len > text.len - *at)
        return BTL_UTF8_BAD;
    uint32_t point = len == 1 ? first : first & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if (((uint8_t)from[i] & 0xc0) != 0x80)
            return BTL_UTF8_BAD;
        point = point << 6 | ((uint8_t)from[i] & 0x3fu);
    }
    if (point < least[len] || !is_character(point))
        return BTL_UTF8_BAD;
    *at += len;
    return point;
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
