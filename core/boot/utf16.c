// SPDX-License-Identifier: BSD-2-Clause
// Conversions between UTF-8 and UTF-16.
#include <btl/utf16.h>

#include <btl/utf8.h>

#include <btl/mem.h>

bool btl_path_to_utf16(struct btl_str path, uint16_t ret_units[static BTL_UTF16_PATH_MAX])
{
    size_t len = 0;
    if (path.len == 0)
        return false;
    ret_units[len++] = '\\';
    for (size_t index = 0; index < path.len;) {
        uint32_t point = btl_utf8_next(path, &index);
        if (point == BTL_UTF8_BAD || point < ' ' || point == '\\' || len + 3 > BTL_UTF16_PATH_MAX)
            return false;
        if (point == '/') {
            if (ret_units[len - 1] != '\\')
                ret_units[len++] = '\\';
        } else {
            len += btl_utf16_put(point, ret_units + len);
        }
    }
    ret_units[len] = 0;
    return true;
}

bool btl_path_is_usable(struct btl_str path)
{
    uint16_t ignored[BTL_UTF16_PATH_MAX];
    return btl_path_to_utf16(path, ignored);
}

size_t btl_utf16_to_utf8(const void *text, size_t units, char *to, size_t size)
{
    size_t used = 0;
    for (size_t index = 0; index < units;) {
        char bytes[BTL_UTF8_MAX];
        uint32_t point = btl_utf16_next(text, units, &index);
        if (point == 0)
            break;
        size_t len = btl_utf8_put(point, bytes);
        if (len > size - used)
            break;
        memcpy(to + used, bytes, len);
        used += len;
    }
    return used;
}

bool btl_utf16_name_to_utf8(const void *name, size_t units, char *to, size_t size, size_t *ret_len)
{
    size_t used = 0;
    for (size_t index = 0; index < units;) {
        char bytes[BTL_UTF8_MAX];
        uint32_t point = btl_utf16_next(name, units, &index);
        if (point == 0) {
            bool dots = used <= 2 && used > 0 && to[0] == '.' && to[used - 1] == '.';
            *ret_len = used;
            return used > 0 && !dots;
        }
        if (point == BTL_UTF8_REPLACEMENT || point == '/' || point == '\\' ||
            !btl_utf8_shown(point))
            return false;
        size_t len = btl_utf8_put(point, bytes);
        if (len > size - used)
            return false;
        memcpy(to + used, bytes, len);
        used += len;
    }
    return false;
}

size_t btl_utf8_to_ucs2(struct btl_str text, size_t *index, uint16_t *to, size_t units)
{
    size_t used = 0;
    while (used < units && *index < text.len) {
        uint32_t point = btl_utf8_next(text, index);
        *index += point == BTL_UTF8_BAD;
        bool good = point == '\r' || point == '\n' || (point < 0x10000 && btl_utf8_shown(point));
        to[used++] = good ? (uint16_t)point : '?';
    }
    return used;
}
