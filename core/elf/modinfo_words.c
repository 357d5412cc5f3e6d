// SPDX-License-Identifier: BSD-2-Clause
// Metadata: the small grammar of its values.
#include "modinfo_words.h"

#include <btl/modinfo.h>

bool words_split(struct btl_str text, char separator, struct btl_str *ret_before,
                 struct btl_str *ret_after)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != separator)
            continue;
        *ret_before = (struct btl_str){text.at, i};
        *ret_after = (struct btl_str){text.at + i + 1, text.len - i - 1};
        return true;
    }
    return false;
}

bool words_next(struct words_list *list, struct btl_str *ret_item)
{
    if (!list->more)
        return false;
    struct btl_str item = list->rest;
    list->more = words_split(list->rest, ',', &item, &list->rest);
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
        char c = text.at[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '_' && c != '-' && c != extra)
            return false;
    }
    return text.len > 0;
}

static bool parse_number(struct btl_str text, uint32_t *ret)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        number = 10 * number + (uint64_t)(text.at[i] - '0');
        if (number > UINT32_MAX)
            return false;
    }
    *ret = (uint32_t)number;
    return text.len > 0;
}

bool btl_interface_parse(struct btl_str text, struct btl_interface *ret)
{
    struct btl_interface parsed;
    struct btl_str version, major, minor;
    if (!words_split(text, ':', &parsed.name, &version) || !words_is_name(parsed.name, '_') ||
        !words_split(version, '.', &major, &minor) || !parse_number(major, &parsed.major) ||
        !parse_number(minor, &parsed.minor))
        return false;
    *ret = parsed;
    return true;
}
