// SPDX-License-Identifier: BSD-2-Clause
// Edits of loader.conf.
#include "conf_edit.h"

#include <string.h>

static struct btl_config parse(struct btl_arena *arena, struct btl_str text)
{
    struct btl_diags ignored = {.arena = arena};
    struct btl_config config;
    btl_config_parse(BTL_STR(""), text, arena, &config, &ignored);
    return config;
}

// text[0, begin) + middle + text[end, …)
static struct btl_str splice(struct btl_arena *arena, struct btl_str text, size_t begin, size_t end,
                             struct btl_str middle)
{
    struct btl_str before = {text.at, begin}, after = {text.at + end, text.len - end};
    return memory_text(arena, "%pS%pS%pS", &before, &middle, &after);
}

static struct btl_str quote(struct btl_arena *arena, struct btl_str value)
{
    size_t size = 2 * value.len + sizeof("\"\"");
    struct btl_buffer quoted = btl_buffer(MEMORY_ARRAY(arena, char, size), size);
    btl_config_quote(value, &quoted.out);
    return btl_buffer_text(&quoted);
}

// The assignment that counts, or NULL.
static const struct btl_setting *find(const struct btl_config *config, struct btl_str key)
{
    for (size_t i = config->setting_count; i > 0; i--) {
        if (btl_str_equal(config->settings[i - 1].key, key))
            return &config->settings[i - 1];
    }
    return NULL;
}

bool conf_get(struct btl_arena *arena, struct btl_str text, struct btl_str key,
              struct btl_str *ret_value)
{
    struct btl_config config = parse(arena, text);
    const struct btl_setting *setting = find(&config, key);
    if (setting != NULL)
        *ret_value = setting->value;
    return setting != NULL;
}

// Where the value begins: after key, blanks, '=', blanks.
static size_t value_begin(struct btl_str text, const struct btl_setting *setting)
{
    size_t at = setting->offset + setting->key.len;
    while (text.at[at] == ' ' || text.at[at] == '\t' || text.at[at] == '=')
        at++;
    return at;
}

static const struct btl_module_config *find_module(const struct btl_config *config,
                                                   struct btl_str name)
{
    for (size_t i = 0; i < config->module_count; i++) {
        if (btl_str_equal(config->modules[i].name, name))
            return &config->modules[i];
    }
    return NULL;
}

#define FIXED 6 // settings of a module beside its tunables

// The settings that count of a module, into ret[FIXED + tunable_count]; those that are not there
// are NULL.
static size_t settings_of(const struct btl_module_config *module, const struct btl_setting **ret)
{
    const struct btl_setting *fixed[FIXED] = {module->load,     module->phase,
                                              module->path,     module->flags,
                                              module->required, module->on_error_setting};
    memcpy(ret, fixed, sizeof(fixed));
    for (size_t i = 0; i < module->tunable_count; i++)
        ret[FIXED + i] = module->tunables[i].setting;
    return FIXED + module->tunable_count;
}

static const struct btl_setting **
all_settings(struct btl_arena *arena, const struct btl_module_config *module, size_t *ret_count)
{
    const struct btl_setting **settings =
        MEMORY_ARRAY(arena, const struct btl_setting *, FIXED + module->tunable_count);
    *ret_count = settings_of(module, settings);
    return settings;
}

struct btl_str conf_module_of(struct btl_arena *arena, struct btl_str text, struct btl_str key)
{
    struct btl_config config = parse(arena, text);
    for (size_t i = 0; i < config.module_count; i++) {
        size_t count;
        const struct btl_setting **settings = all_settings(arena, &config.modules[i], &count);
        for (size_t k = 0; k < count; k++) {
            if (settings[k] != NULL && btl_str_equal(settings[k]->key, key))
                return config.modules[i].name;
        }
    }
    return BTL_STR("");
}

// The begin of the line after the last one that is about the module, or the end of the text.
static size_t new_line_at(struct btl_arena *arena, const struct btl_config *config,
                          struct btl_str text, struct btl_str name)
{
    const struct btl_module_config *module = find_module(config, name);
    size_t count = 0, last = 0;
    bool found = false;
    const struct btl_setting **settings =
        module == NULL ? NULL : all_settings(arena, module, &count);
    for (size_t i = 0; i < count; i++) {
        found |= settings[i] != NULL;
        if (settings[i] != NULL && settings[i]->offset > last)
            last = settings[i]->offset;
    }
    const char *end = found ? memchr(text.at + last, '\n', text.len - last) : NULL;
    return end == NULL ? text.len : (size_t)(end + 1 - text.at);
}

struct btl_str conf_set(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                        struct btl_str key, struct btl_str value)
{
    struct btl_config config = parse(arena, text);
    const struct btl_setting *setting = find(&config, key);
    struct btl_str quoted = quote(arena, value);
    if (setting != NULL && btl_str_equal(setting->value, value))
        return text;
    if (setting != NULL)
        return splice(arena, text, value_begin(text, setting), setting->offset + setting->length,
                      quoted);
    // Lines end as the one before does, or as the first one.
    size_t at = new_line_at(arena, &config, text, module);
    const char *first = memchr(text.at, '\n', text.len);
    size_t end = at > 0 && text.at[at - 1] == '\n' ? at - 1
                 : first != NULL                   ? (size_t)(first - text.at)
                                                   : 0;
    const char *newline = end > 0 && text.at[end - 1] == '\r' ? "\r\n" : "\n";
    bool unfinished = at > 0 && text.at[at - 1] != '\n';
    return splice(
        arena, text, at, at,
        memory_text(arena, "%s%pS=%pS%s", unfinished ? newline : "", &key, &quoted, newline));
}

// Bytes of the text that an assignment takes with it: its line, or, where a comment follows, all up
// to that.
static void extent(struct btl_str text, const struct btl_setting *setting, size_t *ret_begin,
                   size_t *ret_end)
{
    size_t begin = setting->offset, end = setting->offset + setting->length;
    while (end < text.len && (text.at[end] == ' ' || text.at[end] == '\t'))
        end++;
    if (end == text.len || text.at[end] != '#') {
        while (begin > 0 && (text.at[begin - 1] == ' ' || text.at[begin - 1] == '\t'))
            begin--;
        while (end < text.len && text.at[end] != '\n')
            end++;
        end += end < text.len;
    }
    *ret_begin = begin;
    *ret_end = end;
}

bool conf_unset(struct btl_arena *arena, struct btl_str *text, struct btl_str key)
{
    struct btl_config config = parse(arena, *text);
    char *kept = MEMORY_ARRAY(arena, char, text->len);
    size_t len = 0, from = 0, begin, end;
    bool found = false;
    for (size_t i = 0; i < config.setting_count; i++) {
        if (!btl_str_equal(config.settings[i].key, key))
            continue;
        extent(*text, &config.settings[i], &begin, &end);
        memcpy(kept + len, text->at + from, begin - from);
        len += begin - from;
        from = end;
        found = true;
    }
    if (text->len > from)
        memcpy(kept + len, text->at + from, text->len - from);
    *text = (struct btl_str){kept, len + text->len - from};
    return found;
}

size_t conf_module_keys(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                        struct btl_str **ret_keys)
{
    struct btl_config config = parse(arena, text);
    const struct btl_module_config *found = find_module(&config, module);
    size_t count = 0, keys = 0;
    if (found == NULL)
        return 0;
    const struct btl_setting **settings = all_settings(arena, found, &count);
    *ret_keys = MEMORY_ARRAY(arena, struct btl_str, count);
    for (size_t i = 0; i < count; i++) {
        if (settings[i] != NULL)
            (*ret_keys)[keys++] = settings[i]->key;
    }
    return keys;
}
