// SPDX-License-Identifier: BSD-2-Clause
// The files of the modules: read, opened, told to the plan, staged.
#include "boot.h"

#include <btl/mem.h>

#define TABLE_FIRST 64

// The entry for module `index`. The plan grows while dependencies become known.
static struct btl_attempt_module *module_at(struct boot *boot, uint32_t index)
{
    if (index >= boot->attempt.module_capacity) {
        uint64_t capacity =
            boot->attempt.module_capacity == 0 ? TABLE_FIRST : boot->attempt.module_capacity;
        while (capacity <= index)
            capacity *= 2;
        struct btl_attempt_module **table =
            BTL_NEW_ARRAY(boot->attempt.arena, struct btl_attempt_module *, capacity);
        if (table == NULL)
            return NULL;
        if (boot->attempt.module_capacity != 0)
            memcpy(table, boot->attempt.modules,
                   boot->attempt.module_capacity * sizeof(struct btl_attempt_module *));
        boot->attempt.modules = table;
        boot->attempt.module_capacity = (uint32_t)capacity;
    }
    if (boot->attempt.modules[index] == NULL)
        boot->attempt.modules[index] = BTL_NEW(boot->attempt.arena, struct btl_attempt_module);
    return boot->attempt.modules[index];
}

// Reads the file from the first directory that has it.
static bool read_file(struct boot *boot, uint32_t index, struct btl_attempt_module *module)
{
    struct file_problem problem;
    const struct btl_planned *planned;
    uint32_t event = event_begin(&boot->res.timeline, BTLM_EVENT_MODULE_READ, index);
    do {
        planned = &boot->attempt.plan.modules[index];
        module->file = file_read(boot, planned->path, BTL_ELF_FILE_MAX, &problem);
        if (module->file != NULL) {
            module->read_time = event_end(&boot->res.timeline, event, module->file->bytes.size);
            return true;
        }
    } while (problem.code == BTL_FILE_NOT_FOUND && btl_plan_next_path(&boot->attempt.plan, index));
    event_end(&boot->res.timeline, event, 0);
    planned = &boot->attempt.plan.modules[index];
    file_report(boot, (struct btl_place){.file = planned->path, .module = planned->name}, &problem);
    return false;
}

static bool read_metadata(struct boot *boot, uint32_t index, struct btl_attempt_module *module)
{
    if (!read_file(boot, index, module))
        return false;
    struct btl_place place = {.file = module->file->path,
                              .module = boot->attempt.plan.modules[index].name};
    module->opened = btl_elf_open(module->file->bytes, BTL_ELF_MODULE, paging_layout.machine, place,
                                  &module->elf, boot->attempt.diags);
    return module->opened &&
           btl_modinfo_read(&module->elf, boot->attempt.arena, &module->info, boot->attempt.diags);
}

bool modules_read(struct boot *boot)
{
    struct btl_plan *plan = &boot->attempt.plan;
    if (!btl_plan_begin(plan, &boot->attempt.config, &boot->attempt.kernel.info,
                        boot->attempt.arena, boot->attempt.diags))
        return out_of_memory(boot, "planning");
    uint32_t index;
    while ((index = btl_plan_next_wanted(plan)) != BTL_NONE) {
        const struct btl_diag *before = boot->attempt.diags->last;
        struct btl_attempt_module *module = module_at(boot, index);
        if (module == NULL)
            return out_of_memory(boot, "reading modules");
        uint32_t known = plan->module_count;
        if (read_metadata(boot, index, module))
            btl_plan_give(plan, index, &module->info);
        else
            btl_plan_fail(plan, index, first_since(boot, before));
        progress_plan(boot, known);
    }
    // Every planned module has an entry, whether its file was wanted or not.
    for (index = 0; index < plan->module_count; index++) {
        if (module_at(boot, index) == NULL)
            return out_of_memory(boot, "reading modules");
    }
    return ignored_find(boot) || out_of_memory(boot, "reading modules");
}

bool modules_plan(struct boot *boot)
{
    uint32_t lost = boot->attempt.diags->lost;
    uint32_t event = event_begin(&boot->res.timeline, BTLM_EVENT_PLAN, BTL_NONE);
    btl_plan_order(&boot->attempt.plan); // what failed is reported, and the boot goes on without it
    event_end(&boot->res.timeline, event, 0);
    boot->attempt.planned = boot->attempt.diags->lost == lost;
    return boot->attempt.planned || out_of_memory(boot, "planning");
}

static void stage(struct boot *boot, uint32_t index)
{
    const struct btl_planned *planned = &boot->attempt.plan.modules[index];
    const struct btl_attempt_module *module = boot->attempt.modules[index];
    files_stage(boot, module->file);
    log_module_row(&boot->log, planned->name, btl_phase_name(planned->phase),
                   module->file->bytes.size, "staged", 0, module->read_time);
}

static void say_failed(struct boot *boot, const struct btl_planned *planned)
{
    bool ignored = planned->verdict == BTL_FAILED && is_ignored(boot, planned->name);
    const char *what = planned->verdict == BTL_OFF ? "off" : "failed, will not be loaded";
    log_module_state(&boot->log, planned->name, btl_phase_name(planned->phase), what, ignored);
}

// The kernel reads it from the boot volume itself; the pages of the file stay the loader's.
static void leave(struct boot *boot, uint32_t index)
{
    const struct btl_planned *planned = &boot->attempt.plan.modules[index];
    const struct btl_attempt_module *module = boot->attempt.modules[index];
    log_module_row(&boot->log, planned->name, btl_phase_name(planned->phase),
                   module->file->bytes.size, "on the disk", 0, module->read_time);
}

bool module_is_staged(const struct boot *boot, uint32_t index)
{
    const struct btl_planned *planned = &boot->attempt.plan.modules[index];
    if (planned->verdict != BTL_LOAD && planned->verdict != BTL_READY)
        return false;
    return planned->phase == BTL_PHASE_BOOT2 ||
           (planned->phase != BTL_PHASE_BOOT1 && boot->attempt.stage_all);
}

bool modules_stage(struct boot *boot)
{
    const struct btl_plan *plan = &boot->attempt.plan;
    struct btl_str controller = btl_str_of(boot->facts.volume.controller);
    boot->attempt.stage_all = btl_plan_stages_all(plan, controller);
    for (uint32_t i = 0; i < plan->order_count; i++) {
        const struct btl_planned *planned = &plan->modules[plan->order[i]];
        if (module_is_staged(boot, plan->order[i]))
            stage(boot, plan->order[i]);
        else if (planned->phase > BTL_PHASE_BOOT2 && planned->verdict != BTL_FAILED)
            leave(boot, plan->order[i]);
    }
    for (uint32_t i = 0; i < plan->module_count; i++) {
        if (plan->modules[i].verdict == BTL_FAILED || plan->modules[i].verdict == BTL_OFF)
            say_failed(boot, &plan->modules[i]);
    }
    log_table_end(&boot->log);
    return true;
}

bool modules_judge(struct boot *boot)
{
    bool falls_back = attempt_falls_back(boot);
    uint32_t index;
    enum btl_failure_action action = btl_plan_action(&boot->attempt.plan, falls_back, &index);
    if (action < BTL_FALL_BACK)
        return true;
    btl_plan_check_required(&boot->attempt.plan, falls_back);
    boot->attempt.reason = boot->attempt.plan.modules[index].reason; // says more
    boot->attempt.halted = action == BTL_STOP;
    boot->attempt.stop_resets = boot->attempt.config.required_failure == BTL_STOP_RESET;
    return false;
}
