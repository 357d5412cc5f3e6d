// SPDX-License-Identifier: BSD-2-Clause
// The known keys of loader.conf.
#include "config_parser.h"

static const struct key {
    struct btl_str text; // the whole key, or what follows "MODULE_"
    enum config_type type;
    bool of_module;
} keys[] = {
#define KEY(name, text, type) [CONFIG_##name] = {{text, sizeof(text) - 1}, CONFIG_##type, false},
#define MODULE_KEY(name, text, type)                                                               \
    [CONFIG_##name] = {{text, sizeof(text) - 1}, CONFIG_##type, true},
#include "config_keys.def"
#undef KEY
#undef MODULE_KEY
};

static bool has_suffix(struct btl_str key, struct btl_str suffix)
{
    return key.len > suffix.len && key.at[key.len - suffix.len - 1] == '_' &&
           btl_str_ends(key, suffix);
}

struct config_name config_take_apart(struct btl_str key)
{
    struct config_name name = {.key = CONFIG_TUNABLE, .of_module = true};
    if (btl_str_split(key, '.', &name.module, &name.tunable))
        return name;
    // No suffix ends with "_" and another suffix, so that a key has one at most.
    for (size_t i = 0; i < BTL_COUNT(keys); i++) {
        if (!keys[i].of_module && btl_str_equal(key, keys[i].text))
            return (struct config_name){.key = (enum config_key)i};
        if (keys[i].of_module && has_suffix(key, keys[i].text))
            return (struct config_name){.key = (enum config_key)i,
                                        .module =
                                            btl_str_first(key, key.len - keys[i].text.len - 1),
                                        .of_module = true};
    }
    return (struct config_name){.key = CONFIG_UNKNOWN};
}

enum config_type config_type_of(enum config_key key)
{
    return (size_t)key < BTL_COUNT(keys) ? keys[key].type : CONFIG_TEXT;
}

// The known key nearest to `key`: one for the whole boot, or the same module with a known suffix.
// The text before it is kept in ret_module.
static struct btl_str nearest_key(struct btl_str key, struct btl_str *ret_module)
{
    struct btl_str global[BTL_COUNT(keys)], suffixes[BTL_COUNT(keys)];
    size_t globals = 0, suffix_count = 0;
    for (size_t i = 0; i < BTL_COUNT(keys); i++) {
        if (keys[i].of_module)
            suffixes[suffix_count++] = keys[i].text;
        else
            global[globals++] = keys[i].text;
    }
    *ret_module = btl_str_first(key, 0);
    struct btl_str nearest = btl_nearest(key, global, globals);
    // A suffix has one "_" in it at most.
    for (size_t i = 0, suffix = btl_str_find_last(key, '_'); i < 2 && nearest.len == 0; i++) {
        if (suffix == key.len || suffix == 0)
            break;
        nearest = btl_nearest(btl_str_after(key, suffix + 1), suffixes, suffix_count);
        if (nearest.len > 0)
            *ret_module = btl_str_first(key, suffix + 1);
        size_t next = btl_str_find_last(btl_str_first(key, suffix), '_');
        suffix = next == suffix ? key.len : next;
    }
    return nearest;
}

// The second half of the sentence about an unknown key.
static struct btl_str advice(struct config_parser *parser, struct btl_str key)
{
    struct btl_str module, nearest = nearest_key(key, &module);
    struct btl_str none = BTL_STR("loader.conf(5) lists the keys");
    if (nearest.len == 0)
        return none;
    const struct btl_str parts[] = {BTL_STR("did you mean \""), module, nearest, BTL_STR("\"?")};
    struct btl_str text = btl_str_join(parser->arena, parts, BTL_COUNT(parts));
    return text.at != NULL ? text : none;
}

void config_report_unknown(struct config_parser *parser, const struct btl_setting *setting)
{
    struct btl_place place = {parser->file, setting->line, setting->column, {NULL, 0}};
    if (config_admit(parser, BTL_CONF_UNKNOWN_KEY, place))
        btl_report(parser->diags, BTL_CONF_UNKNOWN_KEY, place, BTL_ARG(setting->key),
                   BTL_ARG(advice(parser, setting->key)));
}
