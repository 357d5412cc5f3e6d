// SPDX-License-Identifier: BSD-2-Clause
// One module: whether, when and how it is loaded. Every change goes to the planner, who alone knows
// what may be.
#include <mem.h>

#include "menu_model.h"

#include <config_parser.h>

// The rows in front of the tunables, and the one behind them.
enum { ROW_LOAD, ROW_PHASE, ROW_FLAGS, ROW_ALL, ROW_UNDO, ROWS };

// --------------------------------------------------------------------------------- what it shows

uint32_t menu_module_page_count(const struct loader *loader)
{
    struct menu_module module;
    return menu_module_shown(loader, &module) ? ROWS + menu_tunable_count(&module) : 0;
}

static struct btl_str flags_of(const struct menu_module *module)
{
    bool given = module->config != NULL && module->config->flags != NULL;
    return given ? module->config->flags->value : BTL_STR("");
}

static bool key_changed(const struct loader *loader, const struct menu_module *module,
                        const char *between, struct btl_str rest)
{
    struct menu_key_text room;
    return menu_changed(loader, menu_module_key(module->name, between, rest, &room));
}

static void load_row(const struct loader *loader, const struct menu_module *module,
                     struct menu_row *ret)
{
    *ret = (struct menu_row){.key = 'n', .name = BTL_STR("Load it")};
    ret->changed = key_changed(loader, module, "_load", BTL_STR(""));
    if (menu_module_failed(module))
        ret->style = FW_STYLE_PROBLEM;
    btl_format_to(ret->text, sizeof(ret->text), "%s%s", menu_module_on(module) ? "YES" : "NO",
                  menu_module_failed(module) ? ", but it has failed" : "");
}

static void phase_row(const struct loader *loader, const struct menu_module *module,
                      struct menu_row *ret)
{
    const struct btl_planned *planned = module->planned;
    const char *phase = btl_phase_name(menu_module_phase(module));
    *ret = (struct menu_row){.key = 'p', .name = BTL_STR("Phase")};
    ret->changed = key_changed(loader, module, "_phase", BTL_STR(""));
    if (planned != NULL && planned->pulled_by != BTL_NONE)
        btl_format_to(ret->text, sizeof(ret->text), "%s, where %S pulls it; configured for %s",
                      phase, &loader->plan.modules[planned->pulled_by].name,
                      btl_phase_name(planned->configured));
    else
        btl_format_to(ret->text, sizeof(ret->text), "%s", phase);
}

static void tunable_row(const struct loader *loader, const struct menu_module *module,
                        uint32_t index, struct menu_row *ret)
{
    struct menu_tunable tunable;
    menu_tunable_at(module, index, &tunable);
    *ret = (struct menu_row){.name = tunable.name};
    ret->changed = key_changed(loader, module, ".", tunable.name);
    if (tunable.setting != NULL)
        btl_format_to(ret->text, sizeof(ret->text), "\"%S\"", &tunable.setting->value);
    else if (tunable.has_default)
        btl_format_to(ret->text, sizeof(ret->text), "default: %s", tunable.default_text);
    else
        btl_format_to(ret->text, sizeof(ret->text), "default");
}

void menu_module_page_row(const struct loader *loader, uint32_t index, struct menu_row *ret)
{
    struct menu_module module;
    *ret = (struct menu_row){0};
    if (!menu_module_shown(loader, &module))
        return;
    uint32_t tunables = menu_tunable_count(&module);
    if (index >= ROW_ALL && index < ROW_ALL + tunables) {
        tunable_row(loader, &module, index - ROW_ALL, ret);
        return;
    }
    struct btl_str flags = flags_of(&module);
    switch (index < ROW_ALL ? index : index - tunables) {
    case ROW_LOAD:
        load_row(loader, &module, ret);
        break;
    case ROW_PHASE:
        phase_row(loader, &module, ret);
        break;
    case ROW_FLAGS:
        *ret = (struct menu_row){.key = 'f', .name = BTL_STR("Flags")};
        ret->changed = key_changed(loader, &module, "_flags", BTL_STR(""));
        btl_format_to(ret->text, sizeof(ret->text), "\"%S\"", &flags);
        break;
    case ROW_ALL:
        *ret = (struct menu_row){.key = 'a', .name = BTL_STR("All about it")};
        break;
    default:
        *ret = (struct menu_row){.key = 'u', .name = BTL_STR("Undo")};
        ret->off = !menu_changed_module(loader, module.name);
        btl_format_to(ret->text, sizeof(ret->text), "%s",
                      ret->off ? "nothing of it was changed" : "what was changed of this module");
    }
}

static void tunable_details(const struct menu_module *module, uint32_t index, struct btl_out *out)
{
    struct menu_tunable tunable;
    menu_tunable_at(module, index, &tunable);
    btl_format(out, "Tunable %S", &tunable.name);
    if (tunable.type.len > 0)
        btl_format(out, " (%S)", &tunable.type);
    if (tunable.description.len > 0)
        btl_format(out, ": %S", &tunable.description);
    btl_format(out, "\n");
    if (tunable.has_default)
        btl_format(out, "default: %s\n", tunable.default_text);
}

void menu_module_page_details(const struct loader *loader, uint32_t index, struct btl_out *out)
{
    struct menu_module module;
    if (!menu_module_shown(loader, &module))
        return;
    if (index >= ROW_ALL && index < ROW_ALL + menu_tunable_count(&module))
        tunable_details(&module, index - ROW_ALL, out);
    else
        menu_module_details(&module, out);
}

// --------------------------------------------------------------------------------- what it does

// The list of module_blacklist without this name: what is on it stays off whatever else is said.
static bool take_off_blacklist(struct loader *loader, struct btl_str name)
{
    char text[MENU_ANSWER_MAX];
    size_t len = 0;
    struct btl_str list = BTL_STR(""), listed;
    for (size_t i = 0; i < loader->config.setting_count; i++) {
        const struct btl_setting *setting = &loader->config.settings[i];
        if (!setting->overridden && btl_str_equal(setting->key, BTL_STR("module_blacklist")))
            list = setting->value;
    }
    while ((listed = config_next_name(&list)).len > 0) {
        if (btl_str_equal(listed, name))
            continue;
        len += btl_format_to(text + len, sizeof(text) - len, "%s%S", len > 0 ? "," : "", &listed);
        if (len >= sizeof(text)) {
            menu_say(loader, true, "module_blacklist is too long to be changed here");
            return false;
        }
    }
    return menu_change(loader, BTL_STR("module_blacklist"), (struct btl_str){text, len});
}

static bool toggle(struct loader *loader, const struct menu_module *module)
{
    struct menu_key_text room;
    bool on = menu_module_on(module);
    bool listed = module->config != NULL && module->config->blacklisted;
    struct btl_str key = menu_module_key(module->name, "_load", BTL_STR(""), &room);
    if (!on && listed && !take_off_blacklist(loader, module->name))
        return false;
    if (!menu_change(loader, key, on ? BTL_STR("NO") : BTL_STR("YES")))
        return false;
    if (!on && loader->choice.safe)
        menu_say(loader, true, "A safe boot may leave %S out all the same", &module->name);
    return true;
}

static bool ask_key(struct loader *loader, struct menu_question *question, struct btl_str key)
{
    btl_format_to(question->about, sizeof(question->about), "%S", &key);
    return menu_ask(loader, question) && menu_change(loader, key, btl_line_text(&question->line));
}

static bool begin_question(struct loader *loader, struct menu_question *question, const char *title,
                           struct btl_str value)
{
    if (menu_question_begin(question, title, value))
        return true;
    menu_say(loader, true, "The value (%u bytes) cannot be edited here", (unsigned)value.len);
    return false;
}

static bool edit_flags(struct loader *loader, const struct menu_module *module)
{
    struct menu_question question;
    struct menu_key_text room;
    if (!begin_question(loader, &question, "Flags", flags_of(module)))
        return false;
    btl_format_to(question.hint, sizeof(question.hint), "Text for the load function of %S.",
                  &module->name);
    return ask_key(loader, &question, menu_module_key(module->name, "_flags", BTL_STR(""), &room));
}

static bool edit_tunable(struct loader *loader, const struct menu_module *module, uint32_t index)
{
    struct menu_tunable tunable;
    struct menu_question question;
    struct menu_key_text room;
    menu_tunable_at(module, index, &tunable);
    struct btl_str value = tunable.setting != NULL ? tunable.setting->value
                           : tunable.has_default   ? btl_str_of(tunable.default_text)
                                                   : BTL_STR("");
    if (!begin_question(loader, &question, "Tunable", value))
        return false;
    size_t len = btl_format_to(question.hint, sizeof(question.hint), "%.60S%s%.200S%s",
                               &tunable.type, tunable.type.len > 0 ? ": " : "",
                               &tunable.description, tunable.description.len > 0 ? ". " : "");
    if (tunable.has_default)
        btl_format_to(question.hint + len, sizeof(question.hint) - len, "Default: %s",
                      tunable.default_text);
    return ask_key(loader, &question, menu_module_key(module->name, ".", tunable.name, &room));
}

static void print_all(const void *what, struct btl_out *out)
{
    const struct loader *loader = what;
    struct menu_module module;
    if (!menu_module_shown(loader, &module))
        return;
    menu_module_details(&module, out);
    if (module.module != NULL && module.module->file != NULL)
        btl_format(out, "%llu bytes\n", (unsigned long long)module.module->file->bytes.size);
    for (size_t i = 0; module.info != NULL && i < module.info->need_count; i++)
        btl_format(out, "needs interface %S:%u.%u\n", &module.info->needs[i].name,
                   module.info->needs[i].major, module.info->needs[i].minor);
    for (size_t i = 0; module.info != NULL && i < module.info->provide_count; i++)
        btl_format(out, "provides interface %S:%u.%u\n", &module.info->provides[i].name,
                   module.info->provides[i].major, module.info->provides[i].minor);
    for (uint32_t i = 0; i < menu_tunable_count(&module); i++)
        tunable_details(&module, i, out);
    for (const struct btl_diag *diag = loader->diags.first; diag != NULL; diag = diag->next) {
        if (!btl_str_equal(diag->place.module, module.name))
            continue;
        btl_diag_print(out, diag);
        btl_format(out, "\n");
    }
}

bool menu_module_page_take(struct loader *loader, uint32_t index)
{
    struct menu_module module;
    if (!menu_module_shown(loader, &module))
        return false;
    uint32_t tunables = menu_tunable_count(&module);
    if (index >= ROW_ALL && index < ROW_ALL + tunables)
        return edit_tunable(loader, &module, index - ROW_ALL);
    switch (index < ROW_ALL ? index : index - tunables) {
    case ROW_LOAD:
        return toggle(loader, &module);
    case ROW_PHASE:
        loader->menu.page = MENU_PAGE_PHASE;
        loader->menu.selected[MENU_PAGE_PHASE] = 0;
        return false;
    case ROW_FLAGS:
        return edit_flags(loader, &module);
    case ROW_ALL:
        menu_view_of(loader)->show(loader, loader->menu.module, print_all, loader);
        return false;
    default:
        return menu_undo_module(loader, module.name);
    }
}

// ---------------------------------------------------------------------------------------- phases

// The phase of a row: those that the module supports, in their order. BTL_PHASES: as the file says.
static enum btl_phase phase_at(const struct menu_module *module, uint32_t index)
{
    uint32_t row = 0;
    for (uint32_t phase = 0; phase < BTL_PHASES; phase++) {
        bool can = (menu_module_supported(module) & btl_phase_needs((enum btl_phase)phase)) != 0;
        if (can && row++ == index)
            return (enum btl_phase)phase;
    }
    return BTL_PHASES;
}

uint32_t menu_phase_page_count(const struct loader *loader)
{
    struct menu_module module;
    uint32_t count = 0;
    if (!menu_module_shown(loader, &module))
        return 0;
    while (phase_at(&module, count) != BTL_PHASES)
        count++;
    return count + 1;
}

void menu_phase_page_row(const struct loader *loader, uint32_t index, struct menu_row *ret)
{
    static const char *const meanings[BTL_PHASES] = {
        [BTL_PHASE_BOOT1] = "linked by the loader, run before the kernel manages memory",
        [BTL_PHASE_BOOT2] = "after the kernel's virtual memory is up",
        [BTL_PHASE_INIT] = "when init starts",
        [BTL_PHASE_AUTO] = "when something needs it"};
    struct menu_module module;
    *ret = (struct menu_row){0};
    if (!menu_module_shown(loader, &module))
        return;
    enum btl_phase phase = phase_at(&module, index);
    if (phase == BTL_PHASES) {
        *ret = (struct menu_row){.key = 'u', .name = BTL_STR("Undo")};
        btl_format_to(ret->text, sizeof(ret->text), "as %S says", &loader->choice.path);
        return;
    }
    ret->name = btl_str_of(btl_phase_name(phase));
    ret->style = phase == menu_module_phase(&module) ? FW_STYLE_GOOD : FW_STYLE_NORMAL;
    btl_format_to(ret->text, sizeof(ret->text), "%s%s", meanings[phase],
                  phase == menu_module_phase(&module) ? " (now)" : "");
}

// A phase is in force for modules that are switched on, not for those that merely come along.
static bool set_phase(struct loader *loader, const struct menu_module *module, struct btl_str key,
                      enum btl_phase phase)
{
    struct menu_key_text room;
    struct btl_str load = menu_module_key(module->name, "_load", BTL_STR(""), &room);
    bool configured = module->config != NULL && module->config->load_yes;
    if (!configured && menu_module_on(module) && !menu_change(loader, load, BTL_STR("YES")))
        return false;
    return menu_change(loader, key, btl_str_of(btl_phase_name(phase)));
}

bool menu_phase_page_take(struct loader *loader, uint32_t index)
{
    struct menu_module module;
    struct menu_key_text room;
    if (!menu_module_shown(loader, &module))
        return false;
    enum btl_phase phase = phase_at(&module, index);
    struct btl_str key = menu_module_key(module.name, "_phase", BTL_STR(""), &room);
    loader->menu.page = MENU_PAGE_MODULE;
    if (phase == BTL_PHASES)
        return menu_undo_key(loader, key);
    return set_phase(loader, &module, key, phase);
}

bool menu_module_add(struct loader *loader)
{
    struct menu_question question;
    struct menu_key_text room;
    if (!begin_question(loader, &question, "Add a module", BTL_STR("")))
        return false;
    btl_format_to(question.hint, sizeof(question.hint),
                  "Its name: NAME is looked for as NAME.ko in %S.", &loader->config.module_path);
    if (!menu_ask(loader, &question))
        return false;
    struct btl_str name = btl_line_text(&question.line);
    if (!btl_is_module_name(name)) {
        menu_say(loader, true, "A name has 1 to %u letters, digits, _ and -", BTL_MODULE_NAME_MAX);
        return false;
    }
    return menu_change(loader, menu_module_key(name, "_load", BTL_STR(""), &room), BTL_STR("YES"));
}
