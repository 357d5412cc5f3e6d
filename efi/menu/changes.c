// SPDX-License-Identifier: BSD-2-Clause
// Changes for this boot: lines key="value", at most one for a key, after the configuration's text.
#include "model.h"

#define BLACKLIST BTL_STR("module_blacklist")

static bool change_begins(struct btl_str line, struct btl_str key, char after)
{
    return line.len > key.len && btl_str_begins(line, key) && line.at[key.len] == after;
}

static bool change_is_of_key(struct btl_str line, struct btl_str key)
{
    return change_begins(line, key, '=');
}

// MODULE_load and the like, MODULE.anything.
static bool change_is_of_module(struct btl_str line, struct btl_str module)
{
    static const char *const suffixes[] = {"load", "phase", "flags", "on_error"};
    struct menu_key buf;
    for (size_t i = 0; i < BTL_COUNT(suffixes); i++) {
        if (change_is_of_key(line, menu_key_of(&buf, "%pS_%s", &module, suffixes[i])))
            return true;
    }
    return change_begins(line, module, '.');
}

struct btl_str menu_key_of(struct menu_key *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t len = btl_vformat_to(buf->text, sizeof(buf->text), format, args);
    va_end(args);
    return (struct btl_str){buf->text, len < sizeof(buf->text) ? len : 0};
}

typedef bool change_match(struct btl_str line, struct btl_str name);

static enum menu_result change_no_memory(struct boot *boot)
{
    menu_message(boot, true, "There is no memory left to change anything");
    return MENU_STAY;
}

static bool changes_permitted(struct boot *boot)
{
    return menu_permits(boot, BTL_SEAL_ALLOW_MENU, "changes", "menu");
}

// Keep the lines of the changes that are not of `name`, and append `line`, in memory that outlives
// the attempt.
static enum menu_result changes_rewrite(struct boot *boot, struct btl_str name, change_match *match,
                                        struct btl_str line)
{
    struct btl_str rest = boot->core.choice.changes, kept;
    if (!changes_permitted(boot))
        return MENU_STAY;
    size_t size = rest.len + line.len + 1;
    char *text = btl_alloc(&boot->arena, size, 1);
    if (text == NULL)
        return change_no_memory(boot);
    struct btl_buffer changes = btl_buffer(text, size);
    while (btl_take_line(&rest, &kept)) {
        if (!match(kept, name))
            btl_format(&changes.out, "%pS\n", &kept);
    }
    btl_format(&changes.out, "%pS", &line);
    boot->core.choice.changes = btl_buffer_text(&changes);
    return MENU_AGAIN;
}

// Replace the line of the key.
static enum menu_result change_set(struct boot *boot, struct btl_str key, struct btl_str value,
                                   struct btl_str *ret_line)
{
    size_t size = key.len + 2 * value.len + 8; // every character may need a backslash
    char *text = btl_alloc(boot->attempt.arena, size, 1);
    if (text == NULL)
        return change_no_memory(boot);
    struct btl_buffer memory = btl_buffer(text, size);
    if (key.len == 0 || !btl_config_line(key, value, &memory.out)) {
        menu_message(boot, true, "No line of a configuration can say that");
        return MENU_STAY;
    }
    *ret_line = btl_buffer_text(&memory);
    return changes_rewrite(boot, key, change_is_of_key, *ret_line);
}

enum menu_result menu_change(struct boot *boot, struct btl_str key, struct btl_str value)
{
    struct btl_str line;
    enum menu_result result = change_set(boot, key, value, &line);
    if (result == MENU_AGAIN)
        menu_message(boot, false, "For this boot: %.*s", (int)(line.len - 1), line.at);
    return result;
}

enum menu_result menu_ask_change(struct boot *boot, struct menu_question *question,
                                 struct btl_str key)
{
    if (!changes_permitted(boot))
        return MENU_STAY;
    btl_format_to(question->about, sizeof(question->about), "%pS", &key);
    return menu_ask(boot, question) ? menu_change(boot, key, btl_line_text(&question->line))
                                    : MENU_STAY;
}

static bool changes_have(const struct boot *boot, struct btl_str name, change_match *match)
{
    struct btl_str rest = boot->core.choice.changes, line;
    while (btl_take_line(&rest, &line)) {
        if (match(line, name))
            return true;
    }
    return false;
}

bool menu_is_changed(const struct boot *boot, struct btl_str key)
{
    return changes_have(boot, key, change_is_of_key);
}

bool menu_is_module_changed(const struct boot *boot, struct btl_str module)
{
    return changes_have(boot, module, change_is_of_module);
}

static enum menu_result changes_undo(struct boot *boot, struct btl_str name, change_match *match)
{
    if (!changes_have(boot, name, match)) {
        menu_message(boot, false, "Nothing of %pS was changed", &name);
        return MENU_STAY;
    }
    enum menu_result result = changes_rewrite(boot, name, match, BTL_STR(""));
    if (result == MENU_AGAIN)
        menu_message(boot, false, "%pS is as in %pS again", &name, &boot->core.choice.path);
    return result;
}

enum menu_result menu_undo_key(struct boot *boot, struct btl_str key)
{
    return changes_undo(boot, key, change_is_of_key);
}

enum menu_result menu_undo_module(struct boot *boot, struct btl_str module)
{
    return changes_undo(boot, module, change_is_of_module);
}

enum menu_result menu_undo_all(struct boot *boot)
{
    if (boot->core.choice.changes.len == 0) {
        menu_message(boot, false, "Nothing was changed");
        return MENU_STAY;
    }
    boot->core.choice.changes = BTL_STR("");
    menu_message(boot, false, "Everything is as in %pS again", &boot->core.choice.path);
    return MENU_AGAIN;
}

static bool change_switches_on(struct btl_str line, struct btl_str module)
{
    struct menu_key buf;
    struct btl_str wanted = menu_key_of(&buf, "%pS_load=\"YES\"", &module);
    return wanted.len > 0 && btl_str_equal(line, wanted);
}

bool menu_file_value(const struct boot *boot, struct btl_str key, struct btl_str *ret_value)
{
    const struct btl_config *config = &boot->attempt.config;
    uint64_t size = boot->attempt.config_file != NULL ? boot->attempt.config_file->bytes.size : 0;
    bool found = false;
    for (size_t i = 0; i < config->setting_count; i++) {
        const struct btl_setting *setting = &config->settings[i];
        if (setting->offset >= size || !btl_str_equal(setting->key, key))
            continue;
        *ret_value = setting->value;
        found = true;
    }
    return found;
}

enum menu_result menu_renew_blacklist(struct boot *boot)
{
    struct btl_str list = BTL_STR(""), name, line;
    menu_file_value(boot, BLACKLIST, &list);
    char *text = btl_alloc(boot->attempt.arena, list.len + 1, 1);
    if (text == NULL)
        return change_no_memory(boot);
    struct btl_buffer kept = btl_buffer(text, list.len + 1);
    bool changed = false;
    while (btl_take_name(&list, &name)) {
        if (changes_have(boot, name, change_switches_on))
            changed = true;
        else
            btl_format(&kept.out, "%s%pS", kept.len > 0 ? "," : "", &name);
    }
    return changed ? change_set(boot, BLACKLIST, btl_buffer_text(&kept), &line)
                   : changes_rewrite(boot, BLACKLIST, change_is_of_key, BTL_STR(""));
}

uint32_t menu_change_count(const struct boot *boot)
{
    struct btl_str rest = boot->core.choice.changes, line;
    uint32_t count = 0;
    while (btl_take_line(&rest, &line))
        count++;
    return count;
}
