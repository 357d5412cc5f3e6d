// SPDX-License-Identifier: BSD-2-Clause
// Edit loader.conf.
#include "conf_edit.h"

#include <string.h>

struct btl_config conf_parse(struct btl_arena *arena, struct btl_str text)
{
    struct btl_diags ignored = {.arena = arena};
    struct btl_config config;
    btl_config_parse(BTL_STR(""), text, arena, &config, &ignored);
    return config;
}

// text[0, begin) + middle + text[end, …)
static struct btl_str splice_text(struct btl_arena *arena, struct btl_str text, size_t begin,
                                  size_t end, struct btl_str middle)
{
    struct btl_str before = {text.at, begin}, after = {text.at + end, text.len - end};
    return memory_text(arena, "%pS%pS%pS", &before, &middle, &after);
}

static struct btl_str conf_quote(struct btl_arena *arena, struct btl_str value)
{
    size_t size = 2 * value.len + sizeof("\"\"");
    struct btl_buffer quoted = btl_buffer(MEMORY_ARRAY(arena, char, size), size);
    btl_config_quote(value, &quoted.out);
    return btl_buffer_text(&quoted);
}

// The last assignment, or NULL.
static const struct btl_setting *find_setting(const struct btl_config *config, struct btl_str key)
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
    struct btl_config config = conf_parse(arena, text);
    const struct btl_setting *setting = find_setting(&config, key);
    if (setting != NULL)
        *ret_value = setting->value;
    return setting != NULL;
}

// The offset of the value: after key, blanks, '=', blanks.
static size_t value_offset(struct btl_str text, const struct btl_setting *setting)
{
    size_t offset = setting->offset + setting->key.len;
    while (text.at[offset] == ' ' || text.at[offset] == '\t' || text.at[offset] == '=')
        offset++;
    return offset;
}

static const struct btl_module_config *find_module_config(const struct btl_config *config,
                                                          struct btl_str name)
{
    for (size_t i = 0; i < config->module_count; i++) {
        if (btl_str_equal(config->modules[i].name, name))
            return &config->modules[i];
    }
    return NULL;
}

#define FIXED 6 // settings of a module, without its tunables

// The last assignment of each setting of a module.
static const struct btl_setting **
module_settings(struct btl_arena *arena, const struct btl_module_config *module, size_t *ret_count)
{
    const struct btl_setting *fixed[FIXED] = {module->load,     module->phase,
                                              module->path,     module->flags,
                                              module->required, module->on_error_setting};
    const struct btl_setting **settings =
        MEMORY_ARRAY(arena, const struct btl_setting *, FIXED + module->tunable_count);
    size_t count = 0;
    for (size_t i = 0; i < FIXED; i++) {
        if (fixed[i] != NULL)
            settings[count++] = fixed[i];
    }
    for (size_t i = 0; i < module->tunable_count; i++)
        settings[count++] = module->tunables[i].setting;
    *ret_count = count;
    return settings;
}

struct btl_str conf_module_of(struct btl_arena *arena, struct btl_str text, struct btl_str key)
{
    struct btl_config config = conf_parse(arena, text);
    for (size_t i = 0; i < config.module_count; i++) {
        size_t count;
        const struct btl_setting **settings = module_settings(arena, &config.modules[i], &count);
        for (size_t k = 0; k < count; k++) {
            if (btl_str_equal(settings[k]->key, key))
                return config.modules[i].name;
        }
    }
    return BTL_STR("");
}

// The offset of a new line: behind the last setting of the module, or at the end of the text.
static size_t new_line_offset(struct btl_arena *arena, const struct btl_config *config,
                              struct btl_str text, struct btl_str name)
{
    const struct btl_module_config *module = find_module_config(config, name);
    size_t count = 0, last = 0;
    const struct btl_setting **settings =
        module == NULL ? NULL : module_settings(arena, module, &count);
    for (size_t i = 0; i < count; i++) {
        if (settings[i]->offset > last)
            last = settings[i]->offset;
    }
    const char *end = count > 0 ? memchr(text.at + last, '\n', text.len - last) : NULL;
    return end == NULL ? text.len : (size_t)(end + 1 - text.at);
}

struct btl_str conf_set(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                        struct btl_str key, struct btl_str value)
{
    struct btl_config config = conf_parse(arena, text);
    const struct btl_setting *setting = find_setting(&config, key);
    struct btl_str quoted = conf_quote(arena, value);
    if (setting != NULL && btl_str_equal(setting->value, value))
        return text;
    if (setting != NULL)
        return splice_text(arena, text, value_offset(text, setting),
                           setting->offset + setting->length, quoted);
    // The new line ends as the line before it does, or as the first line.
    size_t offset = new_line_offset(arena, &config, text, module);
    const char *first = memchr(text.at, '\n', text.len);
    size_t end = offset > 0 && text.at[offset - 1] == '\n' ? offset - 1
                 : first != NULL                           ? (size_t)(first - text.at)
                                                           : 0;
    const char *newline = end > 0 && text.at[end - 1] == '\r' ? "\r\n" : "\n";
    bool unfinished = offset > 0 && text.at[offset - 1] != '\n';
    return splice_text(
        arena, text, offset, offset,
        memory_text(arena, "%s%pS=%pS%s", unfinished ? newline : "", &key, &quoted, newline));
}

// The bytes to remove with an assignment: its line, or, if a comment follows, everything up to the
// comment.
static void setting_extent(struct btl_str text, const struct btl_setting *setting,
                           size_t *ret_begin, size_t *ret_end)
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
    struct btl_config config = conf_parse(arena, *text);
    char *kept = MEMORY_ARRAY(arena, char, text->len);
    size_t len = 0, from = 0, begin, end;
    bool found = false;
    for (size_t i = 0; i < config.setting_count; i++) {
        if (!btl_str_equal(config.settings[i].key, key))
            continue;
        setting_extent(*text, &config.settings[i], &begin, &end);
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
    struct btl_config config = conf_parse(arena, text);
    const struct btl_module_config *found = find_module_config(&config, module);
    size_t count = 0;
    if (found == NULL)
        return 0;
    const struct btl_setting **settings = module_settings(arena, found, &count);
    *ret_keys = MEMORY_ARRAY(arena, struct btl_str, count);
    for (size_t i = 0; i < count; i++)
        (*ret_keys)[i] = settings[i]->key;
    return count;
}
