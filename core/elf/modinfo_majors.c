// SPDX-License-Identifier: BSD-2-Clause
// Metadata: the majors of a driver, "char:3", "block:-1", or both with a comma between.
#include <btl/modinfo.h>

#include <btl/mem.h>

#include "modinfo_words.h"

const char *btl_device_kind_name(enum btl_device_kind kind)
{
    return kind == BTL_DEVICE_CHAR ? "char" : kind == BTL_DEVICE_BLOCK ? "block" : "?";
}

size_t btl_majors_text(const int16_t majors[static BTL_DEVICE_KINDS], char text[static 32])
{
    size_t len = 0;
    text[0] = '\0';
    for (int kind = 0; kind < BTL_DEVICE_KINDS; kind++)
        if (majors[kind] != BTL_MAJOR_NONE)
            len += btl_format_to(text + len, 32 - len, "%s%s:%d", len > 0 ? "," : "",
                                 btl_device_kind_name((enum btl_device_kind)kind), majors[kind]);
    return len;
}

// -1, or 0 to BTL_MAJORS_MAX - 1.
static bool major_parse(struct btl_str text, int16_t *ret)
{
    uint64_t number;
    if (btl_str_equal(text, BTL_STR("-1"))) {
        *ret = BTL_MAJOR_DYNAMIC;
        return true;
    }
    if (!btl_parse_number(text, &number) || number >= BTL_MAJORS_MAX)
        return false;
    *ret = (int16_t)number;
    return true;
}

static bool major_parse_kind(struct btl_str text, enum btl_device_kind *ret)
{
    for (int kind = 0; kind < BTL_DEVICE_KINDS; kind++) {
        *ret = (enum btl_device_kind)kind;
        if (btl_str_equal(text, btl_str_of(btl_device_kind_name(*ret))))
            return true;
    }
    return false;
}

bool btl_majors_parse(struct btl_str text, int16_t ret_majors[static BTL_DEVICE_KINDS])
{
    int16_t majors[BTL_DEVICE_KINDS] = {BTL_MAJOR_NONE, BTL_MAJOR_NONE};
    struct words_list list = words_list(text);
    struct btl_str part, name, number;
    enum btl_device_kind kind;
    while (words_next(&list, &part))
        if (!btl_str_split(part, ':', &name, &number) || !major_parse_kind(name, &kind) ||
            majors[kind] != BTL_MAJOR_NONE || !major_parse(number, &majors[kind]))
            return false;
    if (text.len == 0)
        return false;
    memcpy(ret_majors, majors, sizeof(majors));
    return true;
}
