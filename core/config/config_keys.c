// SPDX-License-Identifier: BSD-2-Clause
// The known keys of loader.conf.
#include "config_parser.h"

#include <btl/mem.h>

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

static struct btl_str before(struct btl_str text, size_t end)
{
    return (struct btl_str){text.at, end};
}

static struct btl_str after(struct btl_str text, size_t begin)
{
    return (struct btl_str){text.at + begin, text.len - begin};
}

// Where `c` stands first in the text, or its length.
static size_t find(struct btl_str text, char c)
{
    size_t at = 0;
    while (at < text.len && text.at[at] != c)
        at++;
    return at;
}

// Where the last "_" stands, or the length.
static size_t find_suffix(struct btl_str text)
{
    size_t at = text.len;
    while (at > 0 && text.at[at - 1] != '_')
        at--;
    return at == 0 ? text.len : at - 1;
}

static bool has_suffix(struct btl_str key, struct btl_str suffix)
{
    return key.len > suffix.len && key.at[key.len - suffix.len - 1] == '_' &&
           btl_str_equal(after(key, key.len - suffix.len), suffix);
}

struct config_name config_take_apart(struct btl_str key)
{
    size_t dot = find(key, '.');
    if (dot < key.len)
        return (struct config_name){CONFIG_TUNABLE, before(key, dot), after(key, dot + 1), true};
    // No suffix ends with "_" and another suffix, so that a key has one at most.
    for (size_t i = 0; i < BTL_COUNT(keys); i++) {
        if (!keys[i].of_module && btl_str_equal(key, keys[i].text))
            return (struct config_name){.key = (enum config_key)i};
        if (keys[i].of_module && has_suffix(key, keys[i].text))
            return (struct config_name){.key = (enum config_key)i,
                                        .module = before(key, key.len - keys[i].text.len - 1),
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
    *ret_module = before(key, 0);
    struct btl_str nearest = btl_nearest(key, global, globals);
    // A suffix has one "_" in it at most.
    for (size_t i = 0, suffix = find_suffix(key); i < 2 && nearest.len == 0; i++) {
        if (suffix == key.len || suffix == 0)
            break;
        nearest = btl_nearest(after(key, suffix + 1), suffixes, suffix_count);
        if (nearest.len > 0)
            *ret_module = before(key, suffix + 1);
        size_t next = find_suffix(before(key, suffix));
        suffix = next == suffix ? key.len : next;
    }
    return nearest;
}

static void append(char *text, size_t *len, struct btl_str more)
{
    memcpy(text + *len, more.at, more.len);
    *len += more.len;
}

// The second half of the sentence about an unknown key.
static struct btl_str advice(struct config_parser *parser, struct btl_str key)
{
    struct btl_str module, nearest = nearest_key(key, &module);
    struct btl_str begin = BTL_STR("did you mean \""), end = BTL_STR("\"?");
    struct btl_str none = BTL_STR("loader.conf(5) lists the keys");
    if (nearest.len == 0)
        return none;
    char *text = btl_alloc(parser->arena, begin.len + module.len + nearest.len + end.len, 1);
    if (text == NULL)
        return none;
    size_t len = 0;
    append(text, &len, begin);
    append(text, &len, module);
    append(text, &len, nearest);
    append(text, &len, end);
    return (struct btl_str){text, len};
}

void config_report_unknown(struct config_parser *parser, const struct btl_setting *setting)
{
    struct btl_place place = {parser->file, setting->line, setting->column, {NULL, 0}};
    if (config_admit(parser, BTL_CONF_UNKNOWN_KEY, place))
        btl_report(parser->diags, BTL_CONF_UNKNOWN_KEY, place, BTL_ARG(setting->key),
                   BTL_ARG(advice(parser, setting->key)));
}
