// SPDX-License-Identifier: BSD-2-Clause
// The key `majors` of the metadata: "char:3", "block:-1", or both with a comma between.
#include "device/devsw.h"

#include <btl/kernel.h>

static struct btl_str before(struct btl_str *rest, char end)
{
    struct btl_str part = {rest->at, 0};

    while (part.len < rest->len && rest->at[part.len] != end)
        part.len++;
    rest->at += part.len;
    rest->len -= part.len;
    if (rest->len > 0) {
        rest->at++;
        rest->len--;
    }
    return part;
}

// -1, or 0 to BTL_MAJORS_MAX - 1.
static bool major_parse(struct btl_str text, int16_t *ret)
{
    int16_t number = 0;

    if (btl_str_equal(text, BTL_STR("-1"))) {
        *ret = BTL_MAJOR_DYNAMIC;
        return true;
    }
    if (text.len == 0 || text.len > 3)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        number = (int16_t)(number * 10 + text.at[i] - '0');
    }
    if (number >= BTL_MAJORS_MAX)
        return false;
    *ret = number;
    return true;
}

static bool majors_parse(struct btl_str text, int16_t wants[BTL_DEVICE_KINDS])
{
    while (text.len > 0) {
        struct btl_str part = before(&text, ','), kind = before(&part, ':');
        int which = btl_str_equal(kind, BTL_STR("char"))    ? BTL_DEVICE_CHAR
                    : btl_str_equal(kind, BTL_STR("block")) ? BTL_DEVICE_BLOCK
                                                            : BTL_DEVICE_KINDS;
        if (which == BTL_DEVICE_KINDS || !major_parse(part, &wants[which]))
            return false;
    }
    return wants[BTL_DEVICE_CHAR] != BTL_MAJOR_NONE || wants[BTL_DEVICE_BLOCK] != BTL_MAJOR_NONE;
}

// Return the value of the first `majors=`, or an empty one.
static struct btl_str majors_find_entry(const struct btl_elf *elf)
{
    struct btl_bytes rest = {NULL, 0};
    struct btl_str entry, key;
    uint32_t section = btl_elf_find_section(elf, BTL_STR(".modinfo"));

    if (section != 0)
        rest = btl_elf_section_bytes(elf, section);
    while (btl_modinfo_next(&rest, &entry)) {
        key = before(&entry, '=');
        if (btl_str_equal(key, BTL_STR("majors")))
            return entry;
    }
    return (struct btl_str){"", 0};
}

bool majors_read(struct module *module, const struct btl_elf *elf, struct btl_diags *diags)
{
    struct btl_place place = {.module = module_name(module)};
    struct btl_str text = majors_find_entry(elf);
    int16_t wants[BTL_DEVICE_KINDS] = {BTL_MAJOR_NONE, BTL_MAJOR_NONE};

    if (!majors_parse(text, wants)) {
        btl_report(diags, BTL_RUN_MAJORS, place, BTL_ARG(text), BTL_DEC(BTL_MAJORS_MAX - 1));
        return false;
    }
    memcpy(module->wants_major, wants, sizeof(wants));
    module->majors_known = true;
    return true;
}
