// SPDX-License-Identifier: BSD-2-Clause
// Changes of loader.conf that a running system has queued.
#include <btl/pending.h>

#include <btl/config_edit.h>
#include <btl/hash.h>
#include <btl/mem.h>

// ---------------------------------------------------------------------------------- the lines

// Is the text a value in quotes, as btl_config_quote() writes it?
static bool is_quoted(struct btl_str text)
{
    if (text.len < 2 || text.at[0] != '"' || text.at[text.len - 1] != '"')
        return false;
    for (size_t i = 1; i < text.len - 1; i++) {
        char c = text.at[i];
        if (c == '\\' && (text.at[i + 1] == '"' || text.at[i + 1] == '\\'))
            i++;
        else if (c == '"' || c == '\\' || (uint8_t)c < ' ' || c == 0x7f)
            return false;
        if (i == text.len - 1)
            return false; // the last quote was escaped
    }
    return true;
}

static bool is_one_of(struct btl_str text, const struct btl_str *words, size_t count)
{
    bool found = false;
    for (size_t i = 0; i < count; i++)
        found = found || btl_str_equal(text, words[i]);
    return found;
}

static bool is_pending_line(struct btl_str key, struct btl_str quoted)
{
    static const struct btl_str answers[] = {BTL_STR("\"YES\""), BTL_STR("\"NO\"")};
    static const struct btl_str phases[] = {BTL_STR("\"BOOT1\""), BTL_STR("\"BOOT2\""),
                                            BTL_STR("\"INIT\""), BTL_STR("\"AUTO\"")};
    struct btl_str module;
    if (!btl_config_key(key, &module) || module.len == 0)
        return false;
    struct btl_str of_module = btl_str_after(key, module.len);
    if (btl_str_equal(of_module, BTL_STR("_load")))
        return is_one_of(quoted, answers, BTL_COUNT(answers));
    if (btl_str_equal(of_module, BTL_STR("_phase")))
        return is_one_of(quoted, phases, BTL_COUNT(phases));
    return of_module.at[0] == '.' && is_quoted(quoted);
}

bool btl_pending_is_sound(struct btl_str lines)
{
    struct btl_str line, key, quoted;
    if (lines.len == 0 || lines.at[lines.len - 1] != '\n')
        return false;
    while (btl_take_line(&lines, &line)) {
        if (!btl_str_split(line, '=', &key, &quoted) || !is_pending_line(key, quoted))
            return false;
    }
    return true;
}

struct btl_str btl_pending_set(struct btl_arena *arena, struct btl_str lines, struct btl_str key,
                               struct btl_str value)
{
    struct btl_str module;
    btl_config_key(key, &module);
    return btl_config_set(arena, lines, module, key, value);
}

struct btl_str btl_pending_forget(struct btl_arena *arena, struct btl_str lines,
                                  struct btl_str module)
{
    struct btl_str *keys;
    size_t count;
    if (!btl_config_module_keys(arena, lines, module, &keys, &count))
        return (struct btl_str){NULL, 0};
    for (size_t i = 0; i < count && lines.at != NULL; i++)
        lines = btl_config_unset(arena, lines, keys[i]);
    return lines;
}

static const struct btl_module_config *pending_module(const struct btl_config *lines,
                                                      struct btl_str name)
{
    for (size_t i = 0; i < lines->module_count; i++) {
        if (btl_str_equal(lines->modules[i].name, name))
            return &lines->modules[i];
    }
    return NULL;
}

const char *btl_pending_cell(const struct btl_config *lines, struct btl_str module)
{
    const struct btl_module_config *found = pending_module(lines, module);
    if (found == NULL)
        return "-";
    if (found->load_no)
        return "off";
    if (found->phase_given)
        return btl_phase_name(found->configured);
    return found->load_yes ? "on" : "-";
}

void btl_pending_heading(struct btl_out *out)
{
    btl_pending_row(out, BTL_STR("NAME"), BTL_STR("RUNNING"), BTL_STR("CONFIGURED"),
                    BTL_STR("PENDING"));
}

static void pending_put_cell(struct btl_out *out, struct btl_str text, size_t width)
{
    size_t used = btl_escaped_width(text, SIZE_MAX);
    btl_put_escaped(out, text, SIZE_MAX);
    btl_format(out, "%*s  ", (int)(used < width ? width - used : 0), "");
}

void btl_pending_row(struct btl_out *out, struct btl_str name, struct btl_str running,
                     struct btl_str configured, struct btl_str pending)
{
    pending_put_cell(out, name, 28);
    pending_put_cell(out, running, 10);
    pending_put_cell(out, configured, 10);
    btl_put_escaped(out, pending, SIZE_MAX);
    btl_format(out, "\n");
}

// ---------------------------------------------------------------------------------- applying

// Does the parser accept each of the lines?
static bool pending_parses(const struct btl_config *lines, struct btl_str text)
{
    struct btl_str line;
    size_t count = 0;
    while (btl_take_line(&text, &line))
        count++;
    return lines->setting_count == count;
}

// Set each of the lines in *text. False: no memory.
static bool pending_edit(const struct btl_config *lines, struct btl_arena *arena,
                         struct btl_str *text)
{
    for (size_t i = 0; i < lines->setting_count && text->at != NULL; i++) {
        if (!lines->settings[i].overridden)
            *text = btl_pending_set(arena, *text, lines->settings[i].key, lines->settings[i].value);
    }
    return text->at != NULL;
}

// Does the loader read each of the lines from the text?
static bool pending_has_effect(const struct btl_config *lines, const struct btl_config *config)
{
    struct btl_str value;
    for (size_t i = 0; i < lines->setting_count; i++) {
        const struct btl_setting *line = &lines->settings[i];
        if (!line->overridden &&
            (!btl_config_value(config, line->key, &value) || !btl_str_equal(value, line->value)))
            return false;
    }
    return true;
}

static struct btl_str put_on_trial(struct btl_arena *arena, struct btl_str text, uint32_t tries)
{
    char number[12];
    size_t len = btl_format_to(number, sizeof(number), "%u", tries);
    return btl_config_set(arena, text, BTL_STR(""), BTL_STR(BTL_TRIES_KEY),
                          (struct btl_str){number, len});
}

enum btl_pending_verdict btl_pending_apply(const struct btl_record *pending, struct btl_str text,
                                           struct btl_arena *arena, struct btl_str *ret_text)
{
    struct btl_config lines, config;
    struct btl_str edited = text;
    uint8_t sha256[32];
    if (!btl_config_read(arena, pending->text, &lines) || !pending_edit(&lines, arena, &edited) ||
        !btl_config_read(arena, edited, &config))
        return BTL_PENDING_NO_MEMORY;
    btl_sha256((struct btl_bytes){(const uint8_t *)text.at, text.len}, sha256);
    bool done = btl_str_equal(edited, text);
    if (!done && !btl_record_names(pending, sha256))
        return BTL_PENDING_CHANGED;
    if (!pending_parses(&lines, pending->text) || !pending_has_effect(&lines, &config))
        return BTL_PENDING_NO_EFFECT;
    if (done)
        return BTL_PENDING_DONE;
    edited = put_on_trial(arena, edited, pending->number);
    if (edited.at == NULL)
        return BTL_PENDING_NO_MEMORY;
    *ret_text = edited;
    return BTL_PENDING_APPLIES;
}

// ---------------------------------------------------------------------------------- the old text

// The next setting from *index on except the number of tries, or NULL.
static const struct btl_setting *next_setting(const struct btl_config *config, size_t *index)
{
    while (*index < config->setting_count) {
        const struct btl_setting *setting = &config->settings[(*index)++];
        if (!btl_str_equal(setting->key, BTL_STR(BTL_TRIES_KEY)))
            return setting;
    }
    return NULL;
}

static bool differ_in_tries_only(const struct btl_config *a, const struct btl_config *b)
{
    const struct btl_setting *in_a, *in_b;
    size_t index_a = 0, index_b = 0;
    do {
        in_a = next_setting(a, &index_a);
        in_b = next_setting(b, &index_b);
        if (in_a == NULL || in_b == NULL)
            return in_a == in_b;
    } while (btl_str_equal(in_a->key, in_b->key) && btl_str_equal(in_a->value, in_b->value));
    return false;
}

bool btl_trial_keeps_old(const struct btl_config *before, const struct btl_config *after,
                         bool old_is_good)
{
    return !differ_in_tries_only(before, after) && (before->boot_tries == 0 || old_is_good);
}
