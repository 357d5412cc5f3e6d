// SPDX-License-Identifier: BSD-2-Clause
// The modules page: the modules of the plan, and others that the configuration mentions. Failed
// modules come first, then the order of loading, then modules that are off.
#include "model.h"

#include <btl/tunable.h>

#define OF_CONFIG 0x80000000u // the index is one of config.modules

struct menu_modules {
    uint32_t *index;
    uint32_t count;
};

static bool is_in_order(const struct btl_planned *planned)
{
    return planned->verdict == BTL_LOAD || planned->verdict == BTL_READY;
}

// Modules of the configuration that the plan does not have.
static bool modules_add_others(struct boot *boot, struct menu_modules *modules)
{
    const struct btl_config *config = &boot->attempt.config;
    bool *planned = BTL_NEW_ARRAY(boot->attempt.arena, bool, config->module_count);
    if (planned == NULL)
        return false;
    for (uint32_t i = 0; i < boot->attempt.plan.module_count; i++) {
        const struct btl_module_config *of = boot->attempt.plan.modules[i].config;
        if (of != NULL)
            planned[of - config->modules] = true;
    }
    for (size_t i = 0; i < config->module_count; i++) {
        if (!planned[i])
            modules->index[modules->count++] = OF_CONFIG | (uint32_t)i;
    }
    return true;
}

static void modules_add_verdict(struct boot *boot, struct menu_modules *modules, bool off)
{
    for (uint32_t i = 0; i < boot->attempt.plan.module_count; i++) {
        const struct btl_planned *planned = &boot->attempt.plan.modules[i];
        if (!is_in_order(planned) && (planned->verdict == BTL_OFF) == off)
            modules->index[modules->count++] = i;
    }
}

// Find the module of MENU_PAGE_MODULE again; without it the page is closed.
static void modules_find_open(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    struct btl_str name = btl_str_of(menu->module);
    for (uint32_t i = 0; i < menu->modules->count; i++) {
        menu->module_index = i;
        if (btl_str_equal(menu_module_get(boot, i).name, name))
            return;
    }
    if (menu->page == MENU_PAGE_MODULE)
        menu->page = MENU_PAGE_MODULES;
}

bool menu_modules_find(struct boot *boot)
{
    struct btl_plan *plan = &boot->attempt.plan;
    struct menu_modules *modules = BTL_NEW(boot->attempt.arena, struct menu_modules);
    boot->menu.modules = NULL;
    if (modules == NULL)
        return false;
    modules->index = BTL_NEW_ARRAY(boot->attempt.arena, uint32_t,
                                   (size_t)plan->module_count + boot->attempt.config.module_count);
    if (modules->index == NULL)
        return false;
    modules_add_verdict(boot, modules, false);
    for (uint32_t i = 0; i < plan->order_count; i++) {
        if (is_in_order(&plan->modules[plan->order[i]]))
            modules->index[modules->count++] = plan->order[i];
    }
    modules_add_verdict(boot, modules, true);
    if (!modules_add_others(boot, modules))
        return false;
    boot->menu.modules = modules;
    modules_find_open(boot);
    return true;
}

uint32_t menu_module_count(const struct boot *boot)
{
    return boot->menu.modules != NULL ? boot->menu.modules->count : 0;
}

struct menu_module menu_module_get(const struct boot *boot, uint32_t index)
{
    uint32_t number = boot->menu.modules->index[index];
    if (number & OF_CONFIG) {
        const struct btl_module_config *config = &boot->attempt.config.modules[number & ~OF_CONFIG];
        return (struct menu_module){.name = config->name, .config = config};
    }
    const struct btl_planned *planned = &boot->attempt.plan.modules[number];
    return (struct menu_module){
        .name = planned->name,
        .planned = planned,
        .config = planned->config,
        .info = planned->info,
        .module = number < boot->attempt.module_capacity ? boot->attempt.modules[number] : NULL,
    };
}

bool menu_module_is_on(const struct menu_module *module)
{
    if (module->planned != NULL)
        return module->planned->verdict != BTL_OFF;
    return module->config->load_yes && !module->config->blacklisted;
}

bool menu_module_has_failed(const struct menu_module *module)
{
    return module->planned != NULL && module->planned->verdict == BTL_FAILED;
}

// -------------------------------------------------------------------------------------------- text

void menu_module_row(const struct boot *boot, uint32_t index, struct menu_row *row)
{
    struct menu_module module = menu_module_get(boot, index);
    const struct btl_planned *planned = module.planned;
    bool on = menu_module_is_on(&module), known = planned != NULL && planned->verdict != BTL_OFF;
    char size[16] = "-";
    if (module.module != NULL && module.module->file != NULL)
        btl_format_to(size, sizeof(size), "%pB", BTL_BYTES(module.module->file->bytes.size));
    row->name = module.name;
    row->changed = menu_is_module_changed(boot, module.name);
    row->style = menu_module_has_failed(&module) ? FW_STYLE_PROBLEM
                 : on                            ? FW_STYLE_NORMAL
                                                 : FW_STYLE_DIM;
    const char *verdict = planned != NULL ? btl_verdict_name(planned->verdict)
                          : on            ? "not planned"
                                          : "off";
    menu_row_text(row, "%-5s %9s  %s", known ? btl_phase_name(planned->phase) : "-", size, verdict);
    if (known && planned->pulled_by != BTL_NONE)
        menu_row_text(row, ", pulled by %pS", &boot->attempt.plan.modules[planned->pulled_by].name);
}

static void module_print_metadata(const struct btl_modinfo *info, struct btl_out *out)
{
    char supported[16];
    btl_supported_text(info->supported, supported);
    if (info->description.len > 0)
        btl_format(out, "%pS%s%pS\n", &info->description, info->version.len > 0 ? ", version " : "",
                   &info->version);
    btl_format(out, "type %s, supports %s", btl_type_name(info->type), supported);
    for (size_t i = 0; i < info->depend_count; i++)
        btl_format(out, "%s%pS", i == 0 ? ", needs " : " ", &info->depends[i]);
    btl_format(out, "\n");
}

void menu_module_details(const struct menu_module *module, struct btl_out *out)
{
    const struct btl_planned *planned = module->planned;
    if (menu_module_has_failed(module) && planned->reason != NULL) {
        btl_diag_sentence(out, planned->reason);
        btl_format(out, " [%s]\n", btl_code_name(planned->reason->code));
    }
    if (module->info != NULL)
        module_print_metadata(module->info, out);
    if (planned != NULL)
        btl_format(out, "file %pS, on error %s\n", &planned->path,
                   btl_on_error_name(planned->on_error));
    if (planned != NULL && module->info != NULL && planned->configured != planned->phase)
        btl_format(out, "configured for %s\n", btl_phase_name(planned->configured));
    if (module->config == NULL)
        btl_format(out, "the configuration does not mention it\n");
    else if (module->config->blacklisted)
        btl_format(out, "it is named in module_blacklist\n");
}

// ---------------------------------------------------------------------------------------- tunables

uint32_t menu_tunable_count(const struct menu_module *module)
{
    if (module->info != NULL)
        return (uint32_t)module->info->parm_count;
    return module->config != NULL ? (uint32_t)module->config->tunable_count : 0;
}

static const struct btl_setting *tunable_setting(const struct btl_module_config *config,
                                                 struct btl_str name)
{
    for (size_t i = 0; config != NULL && i < config->tunable_count; i++) {
        if (btl_str_equal(config->tunables[i].name, name))
            return config->tunables[i].setting;
    }
    return NULL;
}

struct menu_tunable menu_tunable_get(const struct menu_module *module, uint32_t index)
{
    if (module->info == NULL)
        return (struct menu_tunable){.name = module->config->tunables[index].name,
                                     .setting = module->config->tunables[index].setting};
    const struct btl_parm *parm = &module->info->parms[index];
    struct menu_tunable tunable = {.name = parm->name,
                                   .type = parm->type,
                                   .description = parm->description,
                                   .setting = tunable_setting(module->config, parm->name)};
    struct btl_file_tunable found;
    if (module->module == NULL || !module->module->opened ||
        !btl_tunable_find(&module->module->elf, parm->name, &found))
        return tunable;
    struct btl_buffer rule = btl_buffer(tunable.rule, sizeof(tunable.rule));
    btl_tunable_print(&found.tunable, &rule.out);
    tunable.has_default = btl_tunable_default(&module->module->elf, &found, tunable.default_text,
                                              sizeof(tunable.default_text));
    return tunable;
}

// -------------------------------------------------------------------------------------------- page

static void modules_page_details(const struct boot *boot, uint32_t index, struct btl_out *out)
{
    struct menu_module module = menu_module_get(boot, index);
    menu_module_details(&module, out);
}

static enum menu_result modules_page_take(struct boot *boot, uint32_t index)
{
    struct menu *menu = &boot->menu;
    struct menu_module module = menu_module_get(boot, index);
    btl_format_to(menu->module, sizeof(menu->module), "%pS", &module.name);
    menu->module_index = index;
    menu->page = MENU_PAGE_MODULE;
    menu->selected[MENU_PAGE_MODULE] = menu->top[MENU_PAGE_MODULE] = 0;
    return MENU_STAY;
}

static enum menu_result add_take(struct boot *boot)
{
    struct menu_question question;
    struct menu_key buf;
    if (!menu_question_begin(boot, &question, "Add a module", BTL_STR("")))
        return MENU_STAY;
    btl_format_to(question.hint, sizeof(question.hint),
                  "Its name: NAME is looked for as NAME.ko in %pS.",
                  &boot->attempt.config.module_path);
    if (!menu_ask(boot, &question))
        return MENU_STAY;
    struct btl_str name = btl_line_text(&question.line);
    if (btl_is_module_name(name))
        return menu_change(boot, menu_key_of(&buf, "%pS_load", &name), BTL_STR("YES"));
    menu_message(boot, true, "A name has 1 to %u letters, digits, _ and -", BTL_MODULE_NAME_MAX);
    return MENU_STAY;
}

static const struct menu_item items[] = {
    {'a', "Add a module", "Switches on a module that the configuration does not mention.", add_take,
     NULL, NULL},
};

const struct menu_page_type menu_modules_page = {
    .name = "Modules",
    .parent = MENU_PAGE_BOOT,
    .items = items,
    .item_count = BTL_COUNT(items),
    .count = menu_module_count,
    .row = menu_module_row,
    .details = modules_page_details,
    .take = modules_page_take,
};
