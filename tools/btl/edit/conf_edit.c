// SPDX-License-Identifier: BSD-2-Clause
// The editor of core/ for a program that ends when there is no memory.
#include "conf_edit.h"

struct btl_config conf_parse(struct btl_arena *arena, struct btl_str text)
{
    struct btl_config config;
    memory_require(btl_config_read(arena, text, &config));
    return config;
}

struct btl_str conf_quote(struct btl_arena *arena, struct btl_str value)
{
    struct btl_str quoted = btl_config_quoted(arena, value);
    memory_require(quoted.at != NULL);
    return quoted;
}

struct btl_str conf_set(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                        struct btl_str key, struct btl_str value)
{
    struct btl_str edited = btl_config_set(arena, text, module, key, value);
    memory_require(edited.at != NULL);
    return edited;
}

bool conf_unset(struct btl_arena *arena, struct btl_str *text, struct btl_str key)
{
    size_t before = text->len;
    *text = btl_config_unset(arena, *text, key);
    memory_require(text->at != NULL);
    return text->len != before;
}

size_t conf_module_keys(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                        struct btl_str **ret_keys)
{
    size_t count;
    memory_require(btl_config_module_keys(arena, text, module, ret_keys, &count));
    return count;
}
