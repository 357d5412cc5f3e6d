// SPDX-License-Identifier: BSD-2-Clause
// What btl set, unset and get say: what to type in place of a wrong argument, and what was changed.
#include <stdio.h>
#include <string.h>

#include "conf_edit.h"
#include "edit.h"
#include "report.h"

static const char *const module_keys[] = {"load",  "phase",    "name",    "sha256",
                                          "flags", "required", "on_error"};

// A value as a shell takes it.
static struct btl_str shell_word(struct btl_arena *arena, const char *value)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./:,=-+@%";
    bool quoted = value[strspn(value, plain)] != '\0';
    return memory_text(arena, quoted ? "'%s'" : "%s", value);
}

// The command and what it is about: the file, for a setting of the module that btl add was given.
static struct btl_str command_begin(const struct edit *edit, struct btl_str subject)
{
    struct btl_arena *arena = edit->host->arena;
    const char *name = edit->added_file != NULL ? "set" : edit->host->command->name;
    if (edit->added_file != NULL && btl_str_equal(subject, edit->added_name)) {
        struct btl_str file = shell_word(arena, edit->added_file);
        return memory_text(arena, "btl add %pS", &file);
    }
    return memory_text(arena, "btl %s %pS", name, &subject);
}

struct btl_str edit_command_for(const struct edit *edit, struct btl_str module, struct btl_str key,
                                const char *value)
{
    struct btl_arena *arena = edit->host->arena;
    struct btl_str other, word = value != NULL ? shell_word(arena, value) : BTL_STR("");
    struct btl_str begin = command_begin(edit, module);
    const char *equals = value != NULL ? "=" : "";
    if (btl_config_key(key, &other) && other.len == 0) {
        begin = command_begin(edit, BTL_STR("-g"));
        return memory_text(arena, "%pS %pS%s%pS", &begin, &key, equals, &word);
    }
    if (other.len > 0) {
        struct btl_str rest = btl_str_after(key, other.len + 1);
        begin = command_begin(edit, other);
        return memory_text(arena, "%pS %s%pS%s%pS", &begin,
                           key.at[other.len] == '.' ? "tunable." : "", &rest, equals, &word);
    }
    if (module.len == 0) {
        begin = command_begin(edit, BTL_STR("NAME"));
        return memory_text(arena, "%pS %pS%s%pS", &begin, &key, equals, &word);
    }
    struct btl_str words[BTL_COUNT(module_keys)];
    for (size_t i = 0; i < BTL_COUNT(words); i++)
        words[i] = btl_str_of(module_keys[i]);
    struct btl_str nearest = btl_nearest(key, words, BTL_COUNT(words));
    return memory_text(arena, "%pS %s%pS%s%pS", &begin, nearest.len > 0 ? "" : "tunable.",
                       nearest.len > 0 ? &nearest : &key, equals, &word);
}

static bool is_own_key(const struct edit *edit, struct btl_str module, struct btl_str word)
{
    struct btl_str other;
    return btl_config_key(edit_setting_key(edit, module, word), &other) &&
           btl_str_equal(other, module);
}

bool edit_is_key_of_module(const struct edit *edit, struct btl_str module, struct btl_str word,
                           const char *value)
{
    struct btl_str ignored, owner, name = module;
    bool is_file = btl_str_ends(module, BTL_STR(".ko"));
    if (is_own_key(edit, module, word))
        return true;
    // The loader rejects the name: 'btl check' says why.
    if (!btl_config_key(word, &ignored) && !btl_is_module_name(module) && !is_file)
        return true;
    if (is_file)
        name = btl_str_without_last(module, 3);
    struct btl_str key = edit_setting_key(edit, name, word); // perhaps of the whole boot
    bool is_key = btl_config_key(key, &owner) && (is_file || owner.len == 0);
    struct btl_str command = edit_command_for(edit, name, is_key ? key : word, value);
    usage_error(edit->host, "%pS is no key of the module %pS; type: %pS", &word, &module, &command);
    return false;
}

bool edit_report_trial_number(const struct edit *edit, struct btl_str word)
{
    bool number = edit->trial != 0 && word.len > 0;
    for (size_t i = 0; i < word.len; i++)
        number = number && word.at[i] >= '0' && word.at[i] <= '9';
    if (number)
        usage_error(edit->host, "the number of tries follows --trial with '='; type: --trial=%pS",
                    &word);
    return number;
}

bool edit_requires_file(const struct edit *edit)
{
    struct btl_place place = {.file = volume_name(&edit->boot.volume, edit->boot.path)};
    if (!edit->existed)
        btl_report(&edit->host->diags, BTL_HOST_EDIT_NO_FILE, place);
    return edit->existed;
}

// Report a module of which the file sets nothing. False: the file sets something of the module.
static bool report_not_mentioned(const struct edit *edit, struct btl_str module)
{
    struct btl_config config = conf_parse(edit->host->arena, edit->text);
    struct btl_str *names = MEMORY_ARRAY(edit->host->arena, struct btl_str, config.module_count);
    for (size_t i = 0; i < config.module_count; i++) {
        names[i] = config.modules[i].name;
        if (btl_str_equal(names[i], module))
            return false;
    }
    struct btl_str hint = did_you_mean(edit->host, module, names, config.module_count);
    btl_report(&edit->host->diags, BTL_HOST_NOT_MENTIONED,
               ((struct btl_place){.file = volume_name(&edit->boot.volume, edit->boot.path)}),
               BTL_ARG(module), BTL_ARG(hint));
    return true;
}

// Is the word a key that the file sets, or could set, in another place than the arguments say?
static bool is_misplaced(const struct edit *edit, struct btl_str module, struct btl_str word)
{
    struct btl_config config = conf_parse(edit->host->arena, edit->text);
    struct btl_str other, value;
    struct btl_str tunable = memory_text(edit->host->arena, "%pS.%pS", &module, &word);
    return btl_config_key(word, &other) ||
           (module.len > 0 && btl_config_value(&config, tunable, &value));
}

bool edit_report_not_set(struct edit *edit, struct btl_str module, struct btl_str word)
{
    struct btl_arena *arena = edit->host->arena;
    bool whole = word.len == 0; // all of the module
    struct btl_str key =
        whole ? memory_text(arena, "%pS_load", &module) : edit_setting_key(edit, module, word);
    struct btl_str name = whole ? module : word, owner = whole ? BTL_STR("") : module;
    bool own = !whole && is_own_key(edit, module, word);
    if (!edit->global && !own && is_misplaced(edit, owner, name)) {
        struct btl_str command = edit_command_for(edit, owner, name, NULL);
        usage_error(edit->host, "the file sets no %pS of a module %pS; type: %pS",
                    whole ? &BTL_STR("key") : &word, &module, &command);
    } else if (edit->global || (!report_not_mentioned(edit, module) &&
                                (whole || edit_is_key_of_module(edit, module, word, NULL)))) {
        btl_report(&edit->host->diags, BTL_HOST_NOT_SET,
                   ((struct btl_place){.file = volume_name(&edit->boot.volume, edit->boot.path)}),
                   BTL_ARG(key));
    }
    return false;
}

// ------------------------------------------------------------------------------ what was changed

struct change {
    const struct edit *edit;
    struct memory_buffer text;
    uint32_t count;
};

static void change_add(struct change *change, struct btl_str key, const struct btl_str *was,
                       const struct btl_str *is)
{
    struct btl_arena *arena = change->edit->host->arena;
    struct btl_out *out = &change->text.out;
    struct btl_str old = was != NULL ? conf_quote(arena, *was) : BTL_STR("");
    struct btl_str new = is != NULL ? conf_quote(arena, *is) : BTL_STR("");
    btl_format(out, "%s %pS", change->count++ > 0 ? "," : "", &key);
    if (is != NULL)
        btl_format(out, "=%pS", &new);
    if (is == NULL)
        btl_format(out, " removed");
    if (was != NULL)
        btl_format(out, " (was %pS)", &old);
}

static void find_changes(struct change *change)
{
    const struct edit *edit = change->edit;
    struct btl_arena *arena = edit->host->arena;
    struct btl_config before = conf_parse(arena, edit->old_text),
                      after = conf_parse(arena, edit->text);
    struct btl_str value;
    for (size_t i = 0; i < after.setting_count; i++) {
        const struct btl_setting *setting = &after.settings[i];
        bool was = btl_config_value(&before, setting->key, &value);
        if (!setting->overridden && (!was || !btl_str_equal(value, setting->value)))
            change_add(change, setting->key, was ? &value : NULL, &setting->value);
    }
    for (size_t i = 0; i < before.setting_count; i++) {
        const struct btl_setting *setting = &before.settings[i];
        if (!setting->overridden && !btl_config_value(&after, setting->key, &value))
            change_add(change, setting->key, &setting->value, NULL);
    }
}

void edit_print_change(const struct edit *edit, bool kept)
{
    struct host *host = edit->host;
    struct change change = {.edit = edit};
    struct btl_out out = out_to(stdout);
    struct btl_str file = volume_name(&edit->boot.volume, edit->boot.path);
    struct btl_str name = report_safe(host->arena, file);
    memory_buffer_begin(&change.text, host->arena, 256);
    find_changes(&change);
    if (btl_str_equal(edit->text, edit->old_text))
        btl_format(&change.text.out, " nothing to change");
    else if (change.count == 0)
        btl_format(&change.text.out, " lines without effect removed");
    struct btl_str text = report_safe(host->arena, memory_buffer_text(&change.text));
    btl_format(&out, "%pS:%pS", &name, &text);
    if (!edit->existed)
        btl_format(&out, "; the file is new");
    if (kept)
        btl_format(&out, "; the old file is kept as %pS.prev", &name);
    btl_format(&out, "\n");
}
