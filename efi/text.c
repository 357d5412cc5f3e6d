// SPDX-License-Identifier: BSD-2-Clause
// Conversions between UTF-8 and UTF-16.
#include "text.h"

#include <mem.h>

// The next code point of text[*at]; UINT32_MAX when it is not well-formed (Unicode 15, table 3-7).
static uint32_t next_utf8(struct btl_str text, size_t *at)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = (uint8_t)text.at[*at];
    size_t len = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (len == 0 || first >= 0xf8 || len > text.len - *at)
        return UINT32_MAX;
    uint32_t point = len == 1 ? first : first & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        uint8_t next = (uint8_t)text.at[*at + i];
        if ((next & 0xc0) != 0x80)
            return UINT32_MAX;
        point = point << 6 | (next & 0x3fu);
    }
    *at += len;
    bool bad = point < least[len] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000);
    return bad ? UINT32_MAX : point;
}

bool path_to_utf16(struct btl_str path, uint16_t ret[static FW_PATH_MAX])
{
    size_t len = 0;
    if (path.len == 0)
        return false;
    ret[len++] = '\\';
    for (size_t at = 0; at < path.len;) {
        uint32_t point = next_utf8(path, &at);
        if (point == UINT32_MAX || point < ' ' || point == '\\' || len + 3 > FW_PATH_MAX)
            return false;
        if (point == '/') {
            if (ret[len - 1] != '\\')
                ret[len++] = '\\';
        } else if (point < 0x10000) {
            ret[len++] = (uint16_t)point;
        } else {
            ret[len++] = (uint16_t)(0xd800 + ((point - 0x10000) >> 10));
            ret[len++] = (uint16_t)(0xdc00 + (point & 0x3ff));
        }
    }
    ret[len] = 0;
    return true;
}

bool path_ok(struct btl_str path)
{
    uint16_t ignored[FW_PATH_MAX];
    return path_to_utf16(path, ignored);
}

static uint32_t unit_at(const void *text, size_t index)
{
    uint16_t unit;
    memcpy(&unit, (const char *)text + 2 * index, sizeof(unit));
    return unit;
}

static size_t put_utf8(uint32_t point, char to[static 4])
{
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, point >>= 6)
        to[i] = (char)(0x80 | (point & 0x3f));
    to[0] = (char)((0xf00u >> len & 0xff) | point);
    return len;
}

size_t utf16_to_utf8(const void *text, size_t units, char *to, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < units; i++) {
        uint32_t point = unit_at(text, i);
        if (point == 0)
            break;
        if (point >= 0xd800 && point < 0xe000) {
            uint32_t low = i + 1 < units ? unit_at(text, i + 1) : 0;
            bool pair = point < 0xdc00 && low >= 0xdc00 && low < 0xe000;
            point = pair ? 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff) : '?';
            i += pair;
        }
        char bytes[4];
        size_t len = put_utf8(point, bytes);
        if (len > size - used)
            break;
        memcpy(to + used, bytes, len);
        used += len;
    }
    return used;
}
