// SPDX-License-Identifier: BSD-2-Clause
// The files of the modules: read, opened, told to the plan, staged.
#include "loader.h"

#include <btl/mem.h>

#define TABLE_FIRST 64

// The entry for module `index`. The plan grows while dependencies become known.
static struct module *module_at(struct loader *loader, uint32_t index)
{
    if (index >= loader->module_capacity) {
        uint64_t capacity = loader->module_capacity == 0 ? TABLE_FIRST : loader->module_capacity;
        while (capacity <= index)
            capacity *= 2;
        struct module **table = BTL_NEW_ARRAY(&loader->arena, struct module *, capacity);
        if (table == NULL)
            return NULL;
        if (loader->module_capacity != 0)
            memcpy(table, loader->modules, loader->module_capacity * sizeof(struct module *));
        loader->modules = table;
        loader->module_capacity = (uint32_t)capacity;
    }
    if (loader->modules[index] == NULL)
        loader->modules[index] = BTL_NEW(&loader->arena, struct module);
    return loader->modules[index];
}

// Reads the file from the first directory that has it.
static bool read_file(struct loader *loader, uint32_t index, struct module *module)
{
    struct file_problem problem;
    const struct btl_planned *planned;
    uint32_t event = event_begin(&loader->timeline, BTLM_EVENT_MODULE_READ, index);
    do {
        planned = &loader->plan.modules[index];
        module->file = file_read(loader, planned->path, BTL_ELF_FILE_MAX, &problem);
        if (module->file != NULL) {
            module->read_time = event_end(&loader->timeline, event, module->file->bytes.size);
            loader->file_bytes += module->file->bytes.size;
            return true;
        }
    } while (problem.code == BTL_FILE_NOT_FOUND && btl_plan_next_path(&loader->plan, index));
    event_end(&loader->timeline, event, 0);
    planned = &loader->plan.modules[index];
    file_report(loader, (struct btl_place){.file = planned->path, .module = planned->name},
                &problem);
    return false;
}

static bool read_metadata(struct loader *loader, uint32_t index, struct module *module)
{
    if (!read_file(loader, index, module))
        return false;
    struct btl_place place = {.file = module->file->path,
                              .module = loader->plan.modules[index].name};
    module->opened = btl_elf_open(module->file->bytes, BTL_ELF_MODULE, paging_layout.machine, place,
                                  &module->elf, &loader->diags);
    return module->opened &&
           btl_modinfo_read(&module->elf, &loader->arena, &module->info, &loader->diags);
}

bool modules_read(struct loader *loader)
{
    struct btl_plan *plan = &loader->plan;
    if (!btl_plan_begin(plan, &loader->config, &loader->kernel.info, &loader->arena,
                        &loader->diags))
        return out_of_memory(loader, "planning");
    uint32_t index;
    while ((index = btl_plan_next_wanted(plan)) != BTL_NONE) {
        const struct btl_diag *before = loader->diags.last;
        struct module *module = module_at(loader, index);
        if (module == NULL)
            return out_of_memory(loader, "reading modules");
        uint32_t known = plan->module_count;
        if (read_metadata(loader, index, module))
            btl_plan_give(plan, index, &module->info);
        else
            btl_plan_fail(plan, index, first_since(loader, before));
        progress_plan(loader, known);
    }
    // Every planned module has an entry, whether its file was wanted or not.
    for (index = 0; index < plan->module_count; index++) {
        if (module_at(loader, index) == NULL)
            return out_of_memory(loader, "reading modules");
    }
    return ignored_find(loader) || out_of_memory(loader, "reading modules");
}

bool modules_plan(struct loader *loader)
{
    uint32_t lost = loader->diags.lost;
    uint32_t event = event_begin(&loader->timeline, BTLM_EVENT_PLAN, BTL_NONE);
    btl_plan_order(&loader->plan); // what failed is reported, and the boot goes on without it
    event_end(&loader->timeline, event, 0);
    loader->planned = loader->diags.lost == lost;
    return loader->planned || out_of_memory(loader, "planning");
}

static void stage(struct loader *loader, uint32_t index)
{
    const struct btl_planned *planned = &loader->plan.modules[index];
    const struct module *module = loader->modules[index];
    files_stage(loader, module->file);
    log_row(&loader->log, "%-24pC %-5s %8pB  %-16s %9lu us", &planned->name,
            btl_phase_name(planned->phase), BTL_BYTES(module->file->bytes.size), "staged",
            module->read_time / 1000);
}

static void say_failed(struct loader *loader, const struct btl_planned *planned)
{
    bool ignored = planned->verdict == BTL_FAILED && is_ignored(loader, planned->name);
    const char *what = planned->verdict == BTL_OFF ? "off" : "failed, will not be loaded";
    if (ignored)
        log_keep(&loader->log, BTL_LOG_INFO, "%-24pC %-5s %s", &planned->name,
                 btl_phase_name(planned->phase), what);
    else
        log_row(&loader->log, "%-24pC %-5s %s", &planned->name, btl_phase_name(planned->phase),
                what);
}

// The kernel reads it from the boot volume itself; the pages of the file stay the loader's.
static void leave(struct loader *loader, uint32_t index)
{
    const struct btl_planned *planned = &loader->plan.modules[index];
    const struct module *module = loader->modules[index];
    log_row(&loader->log, "%-24pC %-5s %8pB  %-16s %9lu us", &planned->name,
            btl_phase_name(planned->phase), BTL_BYTES(module->file->bytes.size), "on the disk",
            module->read_time / 1000);
}

bool module_is_staged(const struct loader *loader, uint32_t index)
{
    const struct btl_planned *planned = &loader->plan.modules[index];
    if (planned->verdict != BTL_LOAD && planned->verdict != BTL_READY)
        return false;
    return planned->phase == BTL_PHASE_BOOT2 ||
           (planned->phase != BTL_PHASE_BOOT1 && loader->stage_all);
}

bool modules_stage(struct loader *loader)
{
    const struct btl_plan *plan = &loader->plan;
    struct btl_str controller = btl_str_of(loader->facts.volume.controller);
    loader->stage_all = btl_plan_stages_all(plan, controller);
    for (uint32_t i = 0; i < plan->order_count; i++) {
        const struct btl_planned *planned = &plan->modules[plan->order[i]];
        if (module_is_staged(loader, plan->order[i]))
            stage(loader, plan->order[i]);
        else if (planned->phase > BTL_PHASE_BOOT2 && planned->verdict != BTL_FAILED)
            leave(loader, plan->order[i]);
    }
    for (uint32_t i = 0; i < plan->module_count; i++) {
        if (plan->modules[i].verdict == BTL_FAILED || plan->modules[i].verdict == BTL_OFF)
            say_failed(loader, &plan->modules[i]);
    }
    log_rows_end(&loader->log);
    return true;
}

bool modules_judge(struct loader *loader)
{
    bool falls_back = attempt_falls_back(loader);
    uint32_t index;
    enum btl_failure_action action = btl_plan_action(&loader->plan, falls_back, &index);
    if (action < BTL_FALL_BACK)
        return true;
    btl_plan_check_required(&loader->plan, falls_back);
    loader->why = loader->plan.modules[index].reason; // says more
    loader->halted = action == BTL_STOP;
    loader->stop_resets = loader->config.required_failure == BTL_STOP_RESET;
    return false;
}
