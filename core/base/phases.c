// SPDX-License-Identifier: BSD-2-Clause
// Names of phases and module types.
#include <btl/phases.h>

static const struct phase {
    const char *name;
    uint8_t needs;
} phases[] = {
#define PHASE(name, text, supports) [BTL_PHASE_##name] = {text, supports},
#include <btl/phases.def>
#undef PHASE
};

static const char *const types[] = {
    [BTL_TYPE_MISC] = "misc",
    [BTL_TYPE_WSIO_CLASS] = "wsio_class",
    [BTL_TYPE_WSIO_INTFC] = "wsio_intfc",
    [BTL_TYPE_STREAMS_DRV] = "streams_drv",
    [BTL_TYPE_STREAMS_MOD] = "streams_mod",
};

static const char *const supported_names[] = {"BOOT1", "BOOT2", "RUN"}; // bit 0, 1, 2

const char *btl_phase_name(enum btl_phase phase)
{
    return (size_t)phase < BTL_COUNT(phases) ? phases[phase].name : "?";
}

uint8_t btl_phase_needs(enum btl_phase phase)
{
    return (size_t)phase < BTL_COUNT(phases) ? phases[phase].needs : 0;
}

bool btl_phase_of(struct btl_str text, enum btl_phase *ret)
{
    for (size_t i = 0; i < BTL_COUNT(phases); i++) {
        if (!btl_str_equal(text, btl_str_of(phases[i].name)))
            continue;
        *ret = (enum btl_phase)i;
        return true;
    }
    return false;
}

const char *btl_type_name(enum btl_module_type type)
{
    return (size_t)type < BTL_COUNT(types) ? types[type] : "?";
}

bool btl_type_of(struct btl_str text, enum btl_module_type *ret)
{
    for (size_t i = 0; i < BTL_COUNT(types); i++) {
        if (!btl_str_equal(text, btl_str_of(types[i])))
            continue;
        *ret = (enum btl_module_type)i;
        return true;
    }
    return false;
}

size_t btl_supported_text(uint8_t supported, char text[static 16])
{
    size_t len = 0;
    for (size_t i = 0; i < BTL_COUNT(supported_names); i++) {
        if ((supported & 1u << i) == 0)
            continue;
        if (len > 0)
            text[len++] = ',';
        for (const char *at = supported_names[i]; *at != '\0'; at++)
            text[len++] = *at;
    }
    text[len] = '\0';
    return len;
}

bool btl_is_module_name(struct btl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!btl_is_name_character(text.at[i]))
            return false;
    }
    return text.len > 0 && text.len <= BTL_MODULE_NAME_MAX;
}
