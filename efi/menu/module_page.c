// SPDX-License-Identifier: BSD-2-Clause
// The page of one module, and that of its phases: what they show.
#include "module_page.h"

uint32_t menu_module_page_count(const struct boot *boot)
{
    struct menu_module module;
    return menu_module_shown(boot, &module) ? ROWS + menu_tunable_count(&module) : 0;
}

struct btl_str menu_module_flags(const struct menu_module *module)
{
    bool given = module->config != NULL && module->config->flags != NULL;
    return given ? module->config->flags->value : BTL_STR("");
}

static bool key_changed(const struct boot *boot, const struct menu_module *module, const char *rest)
{
    struct menu_key_text room;
    return menu_changed(boot, menu_module_key(module->name, rest, &room));
}

static void load_row(const struct boot *boot, const struct menu_module *module,
                     struct menu_row *ret)
{
    *ret = (struct menu_row){.key = 'n', .name = BTL_STR("Load it")};
    ret->changed = key_changed(boot, module, "_load");
    if (menu_module_failed(module))
        ret->style = FW_STYLE_PROBLEM;
    btl_format_to(ret->text, sizeof(ret->text), "%s%s", menu_module_on(module) ? "YES" : "NO",
                  menu_module_failed(module) ? ", but it has failed" : "");
}

static void phase_row(const struct boot *boot, const struct menu_module *module,
                      struct menu_row *ret)
{
    const struct btl_planned *planned = module->planned;
    const char *phase = btl_phase_name(menu_module_phase(module));
    *ret = (struct menu_row){.key = 'p', .name = BTL_STR("Phase")};
    ret->changed = key_changed(boot, module, "_phase");
    if (planned != NULL && planned->pulled_by != BTL_NONE)
        btl_format_to(ret->text, sizeof(ret->text), "%s, where %pS pulls it; configured for %s",
                      phase, &boot->attempt.plan.modules[planned->pulled_by].name,
                      btl_phase_name(planned->configured));
    else
        btl_format_to(ret->text, sizeof(ret->text), "%s", phase);
}

static void tunable_row(const struct boot *boot, const struct menu_module *module, uint32_t index,
                        struct menu_row *ret)
{
    struct menu_tunable tunable;
    struct menu_key_text room;
    menu_tunable_at(module, index, &tunable);
    *ret = (struct menu_row){.name = tunable.name};
    ret->changed = menu_changed(boot, menu_tunable_key(module->name, tunable.name, &room));
    if (tunable.setting != NULL)
        btl_format_to(ret->text, sizeof(ret->text), "\"%pS\"", &tunable.setting->value);
    else if (tunable.has_default)
        btl_format_to(ret->text, sizeof(ret->text), "default: %s", tunable.default_text);
    else
        btl_format_to(ret->text, sizeof(ret->text), "default");
}

void menu_module_page_row(const struct boot *boot, uint32_t index, struct menu_row *ret)
{
    struct menu_module module;
    *ret = (struct menu_row){0};
    if (!menu_module_shown(boot, &module))
        return;
    uint32_t tunables = menu_tunable_count(&module);
    if (index >= ROW_ALL && index < ROW_ALL + tunables) {
        tunable_row(boot, &module, index - ROW_ALL, ret);
        return;
    }
    struct btl_str flags = menu_module_flags(&module);
    switch (index < ROW_ALL ? index : index - tunables) {
    case ROW_LOAD:
        load_row(boot, &module, ret);
        break;
    case ROW_PHASE:
        phase_row(boot, &module, ret);
        break;
    case ROW_FLAGS:
        *ret = (struct menu_row){.key = 'f', .name = BTL_STR("Flags")};
        ret->changed = key_changed(boot, &module, "_flags");
        btl_format_to(ret->text, sizeof(ret->text), "\"%pS\"", &flags);
        break;
    case ROW_ON_ERROR:
        *ret = (struct menu_row){.key = 'e', .name = BTL_STR("On failure")};
        ret->changed = key_changed(boot, &module, "_on_error");
        btl_format_to(ret->text, sizeof(ret->text), "%s",
                      btl_on_error_name(menu_on_error(&module)));
        break;
    case ROW_ALL:
        *ret = (struct menu_row){.key = 'a', .name = BTL_STR("All about it")};
        break;
    default:
        *ret = (struct menu_row){.key = 'u', .name = BTL_STR("Undo")};
        ret->off = !menu_changed_module(boot, module.name);
        btl_format_to(ret->text, sizeof(ret->text), "%s",
                      ret->off ? "nothing of it was changed" : "what was changed of this module");
    }
}

void menu_tunable_details(const struct menu_module *module, uint32_t index, struct btl_out *out)
{
    struct menu_tunable tunable;
    menu_tunable_at(module, index, &tunable);
    btl_format(out, "Tunable %pS", &tunable.name);
    if (tunable.type.len > 0)
        btl_format(out, " (%pS)", &tunable.type);
    if (tunable.description.len > 0)
        btl_format(out, ": %pS", &tunable.description);
    btl_format(out, "\n");
    if (tunable.has_default)
        btl_format(out, "default: %s\n", tunable.default_text);
}

void menu_module_page_details(const struct boot *boot, uint32_t index, struct btl_out *out)
{
    struct menu_module module;
    if (!menu_module_shown(boot, &module))
        return;
    if (index >= ROW_ALL && index < ROW_ALL + menu_tunable_count(&module))
        menu_tunable_details(&module, index - ROW_ALL, out);
    else
        menu_module_details(&module, out);
}

// The phase of a row: those that the module supports, in their order. BTL_PHASES: as the file says.
enum btl_phase menu_phase_at(const struct menu_module *module, uint32_t index)
{
    uint32_t row = 0;
    for (uint32_t phase = 0; phase < BTL_PHASES; phase++) {
        bool can = (menu_module_supported(module) & btl_phase_needs((enum btl_phase)phase)) != 0;
        if (can && row++ == index)
            return (enum btl_phase)phase;
    }
    return BTL_PHASES;
}

uint32_t menu_phase_page_count(const struct boot *boot)
{
    struct menu_module module;
    uint32_t count = 0;
    if (!menu_module_shown(boot, &module))
        return 0;
    while (menu_phase_at(&module, count) != BTL_PHASES)
        count++;
    return count + 1;
}

void menu_phase_page_row(const struct boot *boot, uint32_t index, struct menu_row *ret)
{
    static const char *const meanings[BTL_PHASES] = {
        [BTL_PHASE_BOOT1] = "linked by the loader, run before the kernel manages memory",
        [BTL_PHASE_BOOT2] = "after the kernel's virtual memory is up",
        [BTL_PHASE_INIT] = "when init starts",
        [BTL_PHASE_AUTO] = "when something needs it"};
    struct menu_module module;
    *ret = (struct menu_row){0};
    if (!menu_module_shown(boot, &module))
        return;
    enum btl_phase phase = menu_phase_at(&module, index);
    if (phase == BTL_PHASES) {
        *ret = (struct menu_row){.key = 'u', .name = BTL_STR("Undo")};
        btl_format_to(ret->text, sizeof(ret->text), "as %pS says", &boot->core.choice.path);
        return;
    }
    ret->name = btl_str_of(btl_phase_name(phase));
    ret->style = phase == menu_module_phase(&module) ? FW_STYLE_GOOD : FW_STYLE_NORMAL;
    btl_format_to(ret->text, sizeof(ret->text), "%s%s",
                  phase == menu_module_phase(&module) ? "(now) " : "", meanings[phase]);
}
