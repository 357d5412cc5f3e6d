// SPDX-License-Identifier: BSD-2-Clause
// Changes for this boot: lines key="value", at most one for a key, behind the configuration's text.
#include "model.h"

#include <btl/mem.h>

#define BLACKLIST BTL_STR("module_blacklist")

// The next line of *rest, with its newline; *rest is moved behind it.
static bool next_line(struct btl_str *rest, struct btl_str *ret_line)
{
    size_t len = 0;
    if (rest->len == 0)
        return false;
    while (len < rest->len && rest->at[len] != '\n')
        len++;
    len += len < rest->len;
    *ret_line = (struct btl_str){rest->at, len};
    *rest = (struct btl_str){rest->at + len, rest->len - len};
    return true;
}

static bool begins(struct btl_str line, struct btl_str key, char behind)
{
    return line.len > key.len && memcmp(line.at, key.at, key.len) == 0 &&
           line.at[key.len] == behind;
}

static bool is_of_key(struct btl_str line, struct btl_str key)
{
    return begins(line, key, '=');
}

// MODULE_load and the like, MODULE.anything.
static bool is_of_module(struct btl_str line, struct btl_str module)
{
    static const char *const keys[] = {"_load", "_phase", "_flags", "_on_error"};
    struct menu_key_text room;
    for (size_t i = 0; i < BTL_COUNT(keys); i++) {
        if (is_of_key(line, menu_module_key(module, keys[i], &room)))
            return true;
    }
    return begins(line, module, '.');
}

static struct btl_str key_in(const struct menu_key_text *room, size_t len)
{
    return (struct btl_str){room->text, len < sizeof(room->text) ? len : 0};
}

struct btl_str menu_module_key(struct btl_str module, const char *rest, struct menu_key_text *room)
{
    return key_in(room, btl_format_to(room->text, sizeof(room->text), "%pS%s", &module, rest));
}

struct btl_str menu_tunable_key(struct btl_str module, struct btl_str tunable,
                                struct menu_key_text *room)
{
    return key_in(room,
                  btl_format_to(room->text, sizeof(room->text), "%pS.%pS", &module, &tunable));
}

static bool no_memory(struct boot *boot)
{
    menu_say(boot, true, "There is no memory left to change anything");
    return false;
}

// Those lines of the changes that are not of `name`, and then `more`. In memory that outlives the
// attempt.
static bool rewrite(struct boot *boot, struct btl_str name,
                    bool (*of)(struct btl_str line, struct btl_str name), struct btl_str more)
{
    struct btl_str old = boot->core.choice.changes, rest = old, line;
    char *text = btl_alloc(&boot->arena, old.len + more.len + 1, 1);
    size_t len = 0;
    if (text == NULL)
        return no_memory(boot);
    while (next_line(&rest, &line)) {
        if (of(line, name))
            continue;
        memcpy(text + len, line.at, line.len);
        len += line.len;
    }
    if (more.len > 0)
        memcpy(text + len, more.at, more.len);
    boot->core.choice.changes = (struct btl_str){text, len + more.len};
    return true;
}

// The line that says so, in place of any other of that key.
static bool set(struct boot *boot, struct btl_str key, struct btl_str value,
                struct btl_str *ret_line)
{
    // Every character of the value may need a backslash.
    size_t size = key.len + 2 * value.len + 8;
    char *text = btl_alloc(boot->attempt.arena, size, 1);
    if (text == NULL)
        return no_memory(boot);
    struct btl_buffer memory = btl_buffer(text, size);
    if (key.len == 0 || !btl_config_line(key, value, &memory.out)) {
        menu_say(boot, true, "No line of a configuration can say that");
        return false;
    }
    *ret_line = btl_buffer_text(&memory);
    return rewrite(boot, key, is_of_key, *ret_line);
}

bool menu_change(struct boot *boot, struct btl_str key, struct btl_str value)
{
    struct btl_str line;
    if (!set(boot, key, value, &line))
        return false;
    menu_say(boot, false, "For this boot: %.*s", (int)(line.len - 1), line.at);
    return true;
}

bool menu_ask_change(struct boot *boot, struct menu_question *question, struct btl_str key)
{
    btl_format_to(question->about, sizeof(question->about), "%pS", &key);
    return menu_ask(boot, question) && menu_change(boot, key, btl_line_text(&question->line));
}

static bool any(const struct boot *boot, struct btl_str name,
                bool (*of)(struct btl_str line, struct btl_str name))
{
    struct btl_str rest = boot->core.choice.changes, line;
    while (next_line(&rest, &line)) {
        if (of(line, name))
            return true;
    }
    return false;
}

bool menu_changed(const struct boot *boot, struct btl_str key)
{
    return any(boot, key, is_of_key);
}

bool menu_changed_module(const struct boot *boot, struct btl_str module)
{
    return any(boot, module, is_of_module);
}

static bool undo(struct boot *boot, struct btl_str name,
                 bool (*of)(struct btl_str line, struct btl_str name))
{
    if (!any(boot, name, of)) {
        menu_say(boot, false, "Nothing of %pS was changed", &name);
        return false;
    }
    if (!rewrite(boot, name, of, BTL_STR("")))
        return false;
    menu_say(boot, false, "%pS is as in %pS again", &name, &boot->core.choice.path);
    return true;
}

bool menu_undo_key(struct boot *boot, struct btl_str key)
{
    return undo(boot, key, is_of_key);
}

bool menu_undo_module(struct boot *boot, struct btl_str module)
{
    return undo(boot, module, is_of_module);
}

bool menu_undo_all(struct boot *boot)
{
    if (boot->core.choice.changes.len == 0) {
        menu_say(boot, false, "Nothing was changed");
        return false;
    }
    boot->core.choice.changes = BTL_STR("");
    menu_say(boot, false, "Everything is as in %pS again", &boot->core.choice.path);
    return true;
}

static bool switches_on(struct btl_str line, struct btl_str module)
{
    struct menu_key_text room;
    struct btl_str key = menu_module_key(module, "_load", &room), yes = BTL_STR("=\"YES\"\n");
    return is_of_key(line, key) && line.len == key.len + yes.len &&
           memcmp(line.at + key.len, yes.at, yes.len) == 0;
}

static struct btl_str blacklist_of_file(const struct boot *boot)
{
    uint64_t size = boot->attempt.config_file != NULL ? boot->attempt.config_file->bytes.size : 0;
    struct btl_str list = BTL_STR("");
    for (size_t i = 0; i < boot->attempt.config.setting_count; i++) {
        const struct btl_setting *setting = &boot->attempt.config.settings[i];
        if (setting->offset < size && btl_str_equal(setting->key, BLACKLIST))
            list = setting->value;
    }
    return list;
}

bool menu_renew_blacklist(struct boot *boot)
{
    struct btl_str list = blacklist_of_file(boot), name, line;
    char *text = btl_alloc(boot->attempt.arena, list.len + 1, 1);
    if (text == NULL)
        return no_memory(boot);
    struct btl_buffer kept = btl_buffer(text, list.len + 1);
    bool changed = false;
    while (btl_take_name(&list, &name)) {
        if (any(boot, name, switches_on))
            changed = true;
        else
            btl_format(&kept.out, "%s%pS", kept.len > 0 ? "," : "", &name);
    }
    return changed ? set(boot, BLACKLIST, btl_buffer_text(&kept), &line)
                   : rewrite(boot, BLACKLIST, is_of_key, BTL_STR(""));
}

uint32_t menu_change_count(const struct boot *boot)
{
    struct btl_str rest = boot->core.choice.changes, line;
    uint32_t count = 0;
    while (next_line(&rest, &line))
        count++;
    return count;
}
