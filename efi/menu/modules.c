// SPDX-License-Identifier: BSD-2-Clause
// The modules of the plan, and those that the configuration knows besides. What has failed comes
// first, then the order of loading, then what is off.
#include "model.h"

#include "tunable_default.h"

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
static bool add_others(struct boot *boot, struct menu_modules *modules)
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

static void add_verdict(struct boot *boot, struct menu_modules *modules, bool off)
{
    for (uint32_t i = 0; i < boot->attempt.plan.module_count; i++) {
        const struct btl_planned *planned = &boot->attempt.plan.modules[i];
        if (!is_in_order(planned) && (planned->verdict == BTL_OFF) == off)
            modules->index[modules->count++] = i;
    }
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
    add_verdict(boot, modules, false);
    for (uint32_t i = 0; i < plan->order_count; i++) {
        if (is_in_order(&plan->modules[plan->order[i]]))
            modules->index[modules->count++] = plan->order[i];
    }
    add_verdict(boot, modules, true);
    if (!add_others(boot, modules))
        return false;
    boot->menu.modules = modules;
    return true;
}

uint32_t menu_module_count(const struct boot *boot)
{
    return boot->menu.modules != NULL ? boot->menu.modules->count : 0;
}

void menu_module_at(const struct boot *boot, uint32_t index, struct menu_module *ret)
{
    uint32_t number = boot->menu.modules->index[index];
    *ret = (struct menu_module){0};
    if (number & OF_CONFIG) {
        ret->config = &boot->attempt.config.modules[number & ~OF_CONFIG];
        ret->name = ret->config->name;
        return;
    }
    ret->planned = &boot->attempt.plan.modules[number];
    ret->name = ret->planned->name;
    ret->config = ret->planned->config;
    ret->info = ret->planned->info;
    if (number < boot->attempt.module_capacity)
        ret->module = boot->attempt.modules[number];
}

bool menu_module_shown(const struct boot *boot, struct menu_module *ret)
{
    struct btl_str name = btl_str_of(boot->menu.module);
    for (uint32_t i = 0; i < menu_module_count(boot); i++) {
        menu_module_at(boot, i, ret);
        if (btl_str_equal(ret->name, name))
            return true;
    }
    return false;
}

bool menu_module_on(const struct menu_module *module)
{
    if (module->planned != NULL)
        return module->planned->verdict != BTL_OFF;
    return module->config->load_yes && !module->config->blacklisted;
}

bool menu_module_failed(const struct menu_module *module)
{
    return module->planned != NULL && module->planned->verdict == BTL_FAILED;
}

uint8_t menu_module_supported(const struct menu_module *module)
{
    return module->info != NULL ? module->info->supported
                                : BTL_SUPPORTS_BOOT1 | BTL_SUPPORTS_BOOT2 | BTL_SUPPORTS_RUN;
}

enum btl_phase menu_module_phase(const struct menu_module *module)
{
    if (module->planned != NULL)
        return module->planned->phase;
    return module->config->phase_given ? module->config->configured : BTL_PHASE_INIT;
}

// -------------------------------------------------------------------------------------------- text

static const char *verdict(const struct menu_module *module)
{
    if (module->planned == NULL)
        return menu_module_on(module) ? "not planned" : "off";
    return btl_verdict_name(module->planned->verdict);
}

void menu_module_row(const struct boot *boot, uint32_t index, struct menu_row *ret)
{
    struct menu_module module;
    char size[16] = "-";
    menu_module_at(boot, index, &module);
    if (module.module != NULL && module.module->file != NULL)
        btl_format_to(size, sizeof(size), "%pB", BTL_BYTES(module.module->file->bytes.size));
    bool known = module.planned != NULL && module.planned->verdict != BTL_OFF;
    *ret = (struct menu_row){.name = module.name};
    ret->changed = menu_changed_module(boot, module.name);
    ret->style = menu_module_failed(&module) ? FW_STYLE_PROBLEM
                 : menu_module_on(&module)   ? FW_STYLE_NORMAL
                                             : FW_STYLE_DIM;
    size_t len =
        btl_format_to(ret->text, sizeof(ret->text), "%-5s %9s  %s",
                      known ? btl_phase_name(module.planned->phase) : "-", size, verdict(&module));
    if (known && module.planned->pulled_by != BTL_NONE)
        btl_format_to(ret->text + len, sizeof(ret->text) - len, ", pulled by %pS",
                      &boot->attempt.plan.modules[module.planned->pulled_by].name);
}

static void print_metadata(const struct btl_modinfo *info, struct btl_out *out)
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
    if (menu_module_failed(module) && planned->reason != NULL) {
        btl_diag_sentence(out, planned->reason);
        btl_format(out, " [%s]\n", btl_code_name(planned->reason->code));
    }
    if (module->info != NULL)
        print_metadata(module->info, out);
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

static const struct btl_setting *setting_of(const struct btl_module_config *config,
                                            struct btl_str name)
{
    for (size_t i = 0; config != NULL && i < config->tunable_count; i++) {
        if (btl_str_equal(config->tunables[i].name, name))
            return config->tunables[i].setting;
    }
    return NULL;
}

void menu_tunable_at(const struct menu_module *module, uint32_t index, struct menu_tunable *ret)
{
    *ret = (struct menu_tunable){0};
    if (module->info == NULL) {
        ret->name = module->config->tunables[index].name;
        ret->setting = module->config->tunables[index].setting;
        return;
    }
    const struct btl_parm *parm = &module->info->parms[index];
    ret->name = parm->name;
    ret->type = parm->type;
    ret->description = parm->description;
    ret->setting = setting_of(module->config, parm->name);
    ret->has_default = module->module != NULL && module->module->opened &&
                       tunable_default(&module->module->elf, parm->name, ret->default_text,
                                       sizeof(ret->default_text));
}
