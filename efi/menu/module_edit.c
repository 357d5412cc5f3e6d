// SPDX-License-Identifier: BSD-2-Clause
// Changing one module: whether, when and how it is loaded. Every change goes to the planner, who
// alone knows what may be.

#include "module_page.h"

static bool toggle(struct boot *boot, const struct menu_module *module)
{
    struct menu_key_text room;
    bool on = menu_module_on(module);
    struct btl_str key = menu_module_key(module->name, "_load", &room);
    if (!menu_change(boot, key, on ? BTL_STR("NO") : BTL_STR("YES")) || !menu_renew_blacklist(boot))
        return false;
    if (!on && boot->core.choice.safe)
        menu_say(boot, true, "A safe boot may leave %pS out all the same", &module->name);
    return true;
}

static bool edit_flags(struct boot *boot, const struct menu_module *module)
{
    struct menu_question question;
    struct menu_key_text room;
    if (!menu_question_begin(boot, &question, "Flags", menu_module_flags(module)))
        return false;
    btl_format_to(question.hint, sizeof(question.hint), "Text for the load function of %pS.",
                  &module->name);
    return menu_ask_change(boot, &question, menu_module_key(module->name, "_flags", &room));
}

static bool edit_tunable(struct boot *boot, const struct menu_module *module, uint32_t index)
{
    struct menu_tunable tunable;
    struct menu_question question;
    struct menu_key_text room;
    menu_tunable_at(module, index, &tunable);
    struct btl_str value = tunable.setting != NULL ? tunable.setting->value
                           : tunable.has_default   ? btl_str_of(tunable.default_text)
                                                   : BTL_STR("");
    if (!menu_question_begin(boot, &question, "Tunable", value))
        return false;
    struct btl_str type = btl_str_first(tunable.type, 60);
    struct btl_str description = btl_str_first(tunable.description, 200);
    size_t len =
        btl_format_to(question.hint, sizeof(question.hint), "%pS%s%pS%s", &type,
                      type.len > 0 ? ": " : "", &description, description.len > 0 ? ". " : "");
    if (tunable.has_default)
        btl_format_to(question.hint + len, sizeof(question.hint) - len, "Default: %s",
                      tunable.default_text);
    return menu_ask_change(boot, &question, menu_tunable_key(module->name, tunable.name, &room));
}

static void print_all(const void *what, struct btl_out *out)
{
    const struct boot *boot = what;
    struct menu_module module;
    if (!menu_module_shown(boot, &module))
        return;
    menu_module_details(&module, out);
    if (module.module != NULL && module.module->file != NULL)
        btl_format(out, "%lu bytes\n", module.module->file->bytes.size);
    for (size_t i = 0; module.info != NULL && i < module.info->need_count; i++)
        btl_format(out, "needs interface %pS:%u.%u\n", &module.info->needs[i].name,
                   module.info->needs[i].major, module.info->needs[i].minor);
    for (size_t i = 0; module.info != NULL && i < module.info->provide_count; i++)
        btl_format(out, "provides interface %pS:%u.%u\n", &module.info->provides[i].name,
                   module.info->provides[i].major, module.info->provides[i].minor);
    for (uint32_t i = 0; i < menu_tunable_count(&module); i++)
        menu_tunable_details(&module, i, out);
    for (const struct btl_diag *diag = boot->attempt.diags->first; diag != NULL;
         diag = diag->next) {
        if (!btl_str_equal(diag->place.module, module.name))
            continue;
        btl_diag_print(out, diag);
        btl_format(out, "\n");
    }
}

static bool turn_to(struct boot *boot, enum menu_page page)
{
    boot->menu.page = page;
    boot->menu.selected[page] = boot->menu.top[page] = 0;
    return false;
}

bool menu_module_page_take(struct boot *boot, uint32_t index)
{
    struct menu_module module;
    if (!menu_module_shown(boot, &module))
        return false;
    uint32_t tunables = menu_tunable_count(&module);
    if (index >= ROW_ALL && index < ROW_ALL + tunables)
        return edit_tunable(boot, &module, index - ROW_ALL);
    switch (index < ROW_ALL ? index : index - tunables) {
    case ROW_LOAD:
        return toggle(boot, &module);
    case ROW_PHASE:
        return turn_to(boot, MENU_PAGE_PHASE);
    case ROW_ON_ERROR:
        return turn_to(boot, MENU_PAGE_ON_ERROR);
    case ROW_FLAGS:
        return edit_flags(boot, &module);
    case ROW_ALL:
        menu_view_of(boot)->show(boot, boot->menu.module, print_all, boot);
        return false;
    default:
        return menu_undo_module(boot, module.name) && menu_renew_blacklist(boot);
    }
}

// A phase is in force for modules that are switched on, not for those that merely come along.
static bool set_phase(struct boot *boot, const struct menu_module *module, struct btl_str key,
                      enum btl_phase phase)
{
    struct menu_key_text room;
    struct btl_str load = menu_module_key(module->name, "_load", &room);
    bool configured = module->config != NULL && module->config->load_yes;
    if (!configured && menu_module_on(module) && !menu_change(boot, load, BTL_STR("YES")))
        return false;
    return menu_change(boot, key, btl_str_of(btl_phase_name(phase)));
}

bool menu_phase_page_take(struct boot *boot, uint32_t index)
{
    struct menu_module module;
    struct menu_key_text room;
    if (!menu_module_shown(boot, &module))
        return false;
    enum btl_phase phase = menu_phase_at(&module, index);
    struct btl_str key = menu_module_key(module.name, "_phase", &room);
    boot->menu.page = MENU_PAGE_MODULE;
    if (phase == BTL_PHASES)
        return menu_undo_key(boot, key);
    return set_phase(boot, &module, key, phase);
}

bool menu_module_add(struct boot *boot)
{
    struct menu_question question;
    struct menu_key_text room;
    if (!menu_question_begin(boot, &question, "Add a module", BTL_STR("")))
        return false;
    btl_format_to(question.hint, sizeof(question.hint),
                  "Its name: NAME is looked for as NAME.ko in %pS.",
                  &boot->attempt.config.module_path);
    if (!menu_ask(boot, &question))
        return false;
    struct btl_str name = btl_line_text(&question.line);
    if (!btl_is_module_name(name)) {
        menu_say(boot, true, "A name has 1 to %u letters, digits, _ and -", BTL_MODULE_NAME_MAX);
        return false;
    }
    return menu_change(boot, menu_module_key(name, "_load", &room), BTL_STR("YES"));
}
