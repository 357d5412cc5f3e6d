// SPDX-License-Identifier: BSD-2-Clause
// The key `majors` of the metadata: "char:3", "block:-1", or both with a comma between.
#include "device/devsw.h"

#include <btl/kernel.h>

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

static bool majors_parse(struct btl_str text, int16_t wants[BTL_DEVICE_KINDS])
{
    struct btl_str part, kind, number;

    while (btl_take_part(&text, ',', &part)) {
        int which = BTL_DEVICE_KINDS;
        if (!btl_str_split(part, ':', &kind, &number))
            return false;
        if (btl_str_equal(kind, BTL_STR("char")))
            which = BTL_DEVICE_CHAR;
        else if (btl_str_equal(kind, BTL_STR("block")))
            which = BTL_DEVICE_BLOCK;
        if (which == BTL_DEVICE_KINDS || !major_parse(number, &wants[which]))
            return false;
    }
    return wants[BTL_DEVICE_CHAR] != BTL_MAJOR_NONE || wants[BTL_DEVICE_BLOCK] != BTL_MAJOR_NONE;
}

// Return the value of the first `majors=`, or an empty one.
static struct btl_str majors_find_entry(const struct btl_elf *elf)
{
    struct btl_bytes rest = {NULL, 0};
    struct btl_str entry;
    uint32_t section = btl_elf_find_section(elf, BTL_STR(".modinfo"));

    if (section != 0)
        rest = btl_elf_section_bytes(elf, section);
    while (btl_modinfo_next(&rest, &entry))
        if (btl_str_begins(entry, BTL_STR("majors=")))
            return btl_str_after(entry, sizeof("majors=") - 1);
    return BTL_STR("");
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
