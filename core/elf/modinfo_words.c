// SPDX-License-Identifier: BSD-2-Clause
// Metadata: the small grammar of its values.
#include "modinfo_words.h"

#include <btl/modinfo.h>
#include <btl/utf8.h>

bool words_next(struct words_list *list, struct btl_str *ret_item)
{
    if (!list->more)
        return false;
    struct btl_str item = list->rest;
    list->more = btl_str_split(list->rest, ',', &item, &list->rest);
    *ret_item = item;
    return true;
}

struct words_list words_list(struct btl_str text)
{
    return (struct words_list){text, text.len > 0};
}

uint32_t words_count(struct btl_str text)
{
    uint32_t commas = 0;
    for (size_t i = 0; i < text.len; i++)
        commas += text.at[i] == ',';
    return text.len == 0 ? 0 : commas + 1;
}

bool words_is_name(struct btl_str text, char extra)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!btl_is_name_character(text.at[i]) && text.at[i] != extra)
            return false;
    }
    return text.len > 0;
}

// C0, DEL and C1. A byte that belongs to no character counts as the character of that number, which
// it is to a terminal with 8 bits.
bool words_find_control(struct btl_str text, bool lines, uint32_t *ret_control)
{
    for (size_t i = 0; i < text.len;) {
        i += btl_str_printable(btl_str_after(text, i));
        if (i == text.len)
            break;
        size_t next = i;
        uint32_t point = btl_utf8_next(text, &next);
        if (point == BTL_UTF8_BAD)
            point = (uint8_t)text.at[next++];
        if ((point < ' ' || (point >= 0x7f && point < 0xa0)) &&
            !(lines && (point == '\t' || point == '\n'))) {
            *ret_control = point;
            return true;
        }
        i = next;
    }
    return false;
}

static bool parse_version(struct btl_str text, uint32_t *ret_number)
{
    uint64_t number;
    if (!btl_parse_number(text, &number) || number > UINT32_MAX)
        return false;
    *ret_number = (uint32_t)number;
    return true;
}

bool btl_interface_parse(struct btl_str text, struct btl_interface *ret)
{
    struct btl_interface parsed;
    struct btl_str version, major, minor;
    if (!btl_str_split(text, ':', &parsed.name, &version) || !words_is_name(parsed.name, '_') ||
        !btl_str_split(version, '.', &major, &minor) || !parse_version(major, &parsed.major) ||
        !parse_version(minor, &parsed.minor))
        return false;
    *ret = parsed;
    return true;
}
