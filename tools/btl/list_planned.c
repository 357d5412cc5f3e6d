// SPDX-License-Identifier: BSD-2-Clause
#include "list_planned.h"

#include <stdio.h>

#include <btl/pending.h>

#include "edit/conf_edit.h"
#include "edit/edit.h"
#include "manifest/find.h"
#include "report.h"

struct planned_list {
    struct boot *boot;
    struct btl_out out;
    struct btl_manifest manifest; // of the boot
    const struct btl_record *pending;
    struct btl_config lines; // of `pending`
};

static const struct btl_planned *plan_find(const struct btl_plan *plan, struct btl_str name)
{
    for (uint32_t i = 0; i < plan->module_count; i++) {
        if (btl_str_equal(plan->modules[i].name, name))
            return &plan->modules[i];
    }
    return NULL;
}

static const struct btlm_module *ran_find(const struct btl_manifest *manifest, struct btl_str name)
{
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MODULES); i++) {
        const struct btlm_module *module = btl_manifest_entry(manifest, BTLM_MODULES, i);
        if (btl_str_equal(btl_manifest_str(manifest, module->name), name))
            return module;
    }
    return NULL;
}

static struct btl_str ran_cell(const struct btlm_module *ran)
{
    bool runs = ran != NULL && ran->state != BTLM_OFF && ran->state != BTLM_FAILED;
    return btl_str_of(runs ? btl_phase_name(ran->phase) : "-");
}

// As the kernel says it (kmadmin -b): the phase that loader.conf gives.
static struct btl_str planned_cell(const struct planned_list *list, struct btl_str name)
{
    const struct btl_planned *planned = plan_find(&list->boot->attempt.plan, name);
    if (planned == NULL)
        return btl_str_of(btl_pending_cell(&list->boot->attempt.config, name));
    if (planned->verdict == BTL_OFF)
        return BTL_STR("off");
    return btl_str_of(planned->config != NULL ? btl_phase_name(planned->configured) : "-");
}

static void planned_print_module(struct planned_list *list, struct btl_str name)
{
    btl_pending_row(&list->out, name, ran_cell(ran_find(&list->manifest, name)),
                    planned_cell(list, name), btl_str_of(btl_pending_cell(&list->lines, name)));
}

// First the modules of the boot, then those of the plan, of loader.conf, and of the changes.
static void planned_print_modules(struct planned_list *list)
{
    const struct btl_plan *plan = &list->boot->attempt.plan;
    const struct btl_config *config = &list->boot->attempt.config;
    const struct btl_manifest *manifest = &list->manifest;
    struct btl_str name;
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MODULES); i++) {
        const struct btlm_module *module = btl_manifest_entry(manifest, BTLM_MODULES, i);
        planned_print_module(list, btl_manifest_str(manifest, module->name));
    }
    for (uint32_t i = 0; i < plan->module_count; i++) {
        name = plan->modules[i].name;
        if (ran_find(manifest, name) == NULL)
            planned_print_module(list, name);
    }
    for (size_t i = 0; i < config->module_count; i++) {
        name = config->modules[i].name;
        if (ran_find(manifest, name) == NULL && plan_find(plan, name) == NULL &&
            btl_pending_cell(config, name)[0] != '-')
            planned_print_module(list, name);
    }
    for (size_t i = 0; i < list->lines.module_count; i++) {
        name = list->lines.modules[i].name;
        if (ran_find(manifest, name) == NULL && plan_find(plan, name) == NULL &&
            btl_pending_cell(config, name)[0] == '-')
            planned_print_module(list, name);
    }
}

static bool is_tunable_key(struct btl_str key)
{
    struct btl_str module;
    return btl_config_key(key, &module) && module.len > 0 && key.at[module.len] == '.';
}

// The tunables that one of them sets: the boot's loader.conf, the present one, the changes.
static void planned_print_tunables(struct planned_list *list)
{
    struct btl_config ran =
        conf_parse(list->boot->host->arena, btl_manifest_text(&list->manifest, BTLM_CONFIG));
    const struct btl_config *of[] = {&ran, &list->boot->attempt.config, &list->lines};
    for (size_t i = 0; i < BTL_COUNT(of); i++) {
        for (size_t k = 0; k < of[i]->setting_count; k++) {
            const struct btl_setting *setting = &of[i]->settings[k];
            struct btl_str cells[] = {BTL_STR("-"), BTL_STR("-"), BTL_STR("-")};
            bool before = false;
            for (size_t c = 0; c < BTL_COUNT(of); c++)
                before |= btl_config_value(of[c], setting->key, &cells[c]) && c < i;
            if (is_tunable_key(setting->key) && !setting->overridden && !before)
                btl_pending_row(&list->out, setting->key, cells[0], cells[1], cells[2]);
        }
    }
}

static void planned_print_state(struct planned_list *list)
{
    const struct btl_boot_file *file = list->boot->attempt.config_file;
    struct btl_str path = report_safe(list->boot->host->arena, list->pending->path);
    if (!list->pending->valid)
        btl_format(&list->out, "no changes are pending\n");
    else if (!btl_str_equal(list->pending->path, list->boot->path))
        btl_format(&list->out, "the pending changes are of %pS\n", &path);
    else if (file == NULL || !btl_record_names(list->pending, file->sha256))
        btl_format(&list->out, "the file was changed since: the loader will refuse the changes\n");
    else
        btl_format(&list->out, "pending for the next boot, on trial with %u tries\n",
                   list->pending->number);
}

bool list_planned(struct boot *boot, const char *saved, const char *efivars)
{
    struct planned_list list = {.boot = boot, .out = out_to(stdout)};
    const struct manifest_source source = {.host = boot->host,
                                           .path = saved[0] != '\0' ? saved : boot->root};
    struct found_manifest found;
    struct btl_boot_state state;
    if (!manifest_find(&source, &found) || !edit_read_state(boot->host, efivars, &state))
        return false;
    list.manifest = found.manifest;
    list.pending = &state.record[BTL_VARIABLE_PENDING];
    bool own = list.pending->valid && btl_str_equal(list.pending->path, boot->path);
    list.lines = conf_parse(boot->host->arena, own ? list.pending->text : BTL_STR(""));
    btl_pending_heading(&list.out);
    planned_print_modules(&list);
    planned_print_tunables(&list);
    planned_print_state(&list);
    return true;
}
