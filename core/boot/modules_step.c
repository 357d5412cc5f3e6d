// SPDX-License-Identifier: BSD-2-Clause
// The steps of the modules' files: read, open, plan, judge.
#include "attempt_private.h"
#include <btl/mem.h>

#define MODULES_FIRST 64 // entries of the first table

// The table grows with the plan. Entries never move.
struct btl_attempt_module *btl_attempt_module(struct btl_attempt *attempt, uint32_t index)
{
    if (index >= attempt->module_capacity) {
        uint64_t capacity =
            attempt->module_capacity == 0 ? MODULES_FIRST : attempt->module_capacity;
        while (capacity <= index)
            capacity *= 2;
        struct btl_attempt_module **table =
            BTL_NEW_ARRAY(attempt->arena, struct btl_attempt_module *, capacity);
        if (table == NULL)
            return NULL;
        if (attempt->module_capacity != 0)
            memcpy(table, attempt->modules, attempt->module_capacity * sizeof(*table));
        attempt->modules = table;
        attempt->module_capacity = (uint32_t)capacity;
    }
    if (attempt->modules[index] == NULL)
        attempt->modules[index] = BTL_NEW(attempt->arena, struct btl_attempt_module);
    return attempt->modules[index];
}

#define HINTS_MAX 16 // modules for which the nearest name is looked for

// The module that is meant by a name without a file: one beside the path of the missing file, or
// another one of the configuration. Empty: none is near.
static struct btl_str nearest_module(struct btl_attempt *attempt, const struct btl_planned *planned)
{
    const struct btl_boot *boot = attempt->boot;
    const struct btl_config *config = &attempt->config;
    struct btl_str nearest = {NULL, 0};
    nearest = boot->driver->nearest(boot->owner, planned->path);
    struct btl_str *names = BTL_NEW_ARRAY(attempt->arena, struct btl_str, config->module_count);
    if (nearest.len > 0 || names == NULL || planned->config->path != NULL)
        return nearest;
    size_t count = 0;
    for (size_t i = 0; i < config->module_count; i++) {
        if (!btl_str_equal(config->modules[i].name, planned->name))
            names[count++] = config->modules[i].name;
    }
    return btl_nearest(planned->name, names, count);
}

// Note the line that asks for a module without a file, for a reader who corrects it now.
static void report_module_line(struct btl_attempt *attempt, const struct btl_planned *planned)
{
    const struct btl_module_config *config = planned->config;
    const struct btl_setting *setting = config == NULL         ? NULL
                                        : config->path != NULL ? config->path
                                                               : config->load;
    if (setting == NULL)
        return;
    struct btl_str nearest = {NULL, 0}, advice = BTL_STR("correct the name, or remove the line");
    if (attempt->hints++ < HINTS_MAX)
        nearest = nearest_module(attempt, planned);
    bool path = setting == config->path; // then the line has the directory too, and ".ko"
    struct btl_str name = btl_base_name(planned->path);
    const struct btl_str parts[] = {
        BTL_STR("did you mean \""),
        btl_str_first(planned->path, path ? planned->path.len - name.len : 0), nearest,
        path && btl_str_ends(name, BTL_STR(".ko")) ? BTL_STR(".ko\"?") : BTL_STR("\"?")};
    struct btl_str text = btl_str_join(attempt->arena, parts, BTL_COUNT(parts));
    btl_report(attempt->diags, BTL_BOOT_MODULE_LINE,
               btl_setting_place(&attempt->config, setting, planned->name),
               BTL_ARG(nearest.len > 0 && text.at != NULL ? text : advice));
}

static bool read_static(struct btl_attempt *attempt, uint32_t index,
                        struct btl_attempt_module *module)
{
    struct btl_planned *planned = &attempt->plan.modules[index];
    module->path = planned->path;
    planned->path = attempt_name(attempt, planned->path);
    return btl_modinfo_read_static(&attempt->kernel.elf, planned->built_in, attempt->arena,
                                   &module->info, attempt->diags);
}

// Read the file from the first directory that has it.
static bool read_module(struct btl_attempt *attempt, uint32_t index,
                        struct btl_attempt_module *module)
{
    const struct btl_boot *boot = attempt->boot;
    struct btl_plan *plan = &attempt->plan;
    struct btl_file_problem problem;
    do {
        module->file =
            attempt_read_file(attempt, plan->modules[index].path, BTL_ELF_FILE_MAX, &problem);
        if (module->file != NULL) {
            module->read_time =
                attempt_event_read(attempt, BTLM_EVENT_MODULE_READ, index, module->file);
            return true;
        }
    } while (problem.code == BTL_FILE_NOT_FOUND && btl_plan_next_path(plan, index));
    const struct btl_planned *planned = &plan->modules[index];
    btl_file_report(
        attempt->diags,
        (struct btl_place){.file = attempt_name(attempt, planned->path), .module = planned->name},
        &problem);
    if (problem.code == BTL_FILE_NOT_FOUND && boot->driver->nearest != NULL)
        report_module_line(attempt, planned);
    return false;
}

// An EFI program that is not Linux loads no modules.
static bool refuse_module(struct btl_attempt *attempt, uint32_t index)
{
    const struct btl_planned *planned = &attempt->plan.modules[index];
    const struct btl_setting *setting = planned->config != NULL ? planned->config->first : NULL;
    btl_report(attempt->diags, BTL_BOOT_NO_MODULES,
               btl_setting_place(&attempt->config, setting, planned->name));
    return false;
}

static bool read_metadata(struct btl_attempt *attempt, uint32_t index,
                          struct btl_attempt_module *module)
{
    if (attempt->kernel.kind == BTL_KERNEL_EFI)
        return refuse_module(attempt, index);
    if (attempt->plan.modules[index].built_in != NULL)
        return read_static(attempt, index, module);
    bool read = read_module(attempt, index, module);
    struct btl_planned *planned = &attempt->plan.modules[index];
    module->path = planned->path;
    // From here on the plan's messages use the driver's name of the file.
    planned->path = attempt_name(attempt, planned->path);
    struct btl_place place = {.file = planned->path, .module = planned->name};
    const struct btl_setting *pin = planned->config != NULL ? planned->config->sha256 : NULL;
    module->opened =
        read && attempt_check_pin(attempt, pin, module->file, place) &&
        btl_elf_open(module->file->bytes, BTL_ELF_MODULE, attempt->boot->machine->number, place,
                     &module->elf, attempt->diags);
    return module->opened &&
           btl_modinfo_read(&module->elf, attempt->arena, &module->info, attempt->diags);
}

bool btl_attempt_read_modules(struct btl_attempt *attempt)
{
    const struct btl_boot *boot = attempt->boot;
    struct btl_plan *plan = &attempt->plan;
    uint32_t index;
    if (!attempt_find_directories(attempt) || !attempt_open_linux(attempt))
        return false;
    attempt_judge_conditions(attempt);
    if (!btl_plan_begin(plan, &attempt->config, &attempt->kernel.info, attempt->arena,
                        attempt->diags))
        return btl_attempt_no_memory(attempt, "planning");
    while ((index = btl_plan_next_wanted(plan)) != BTL_NONE) {
        const struct btl_diag *before = attempt->diags->last;
        struct btl_attempt_module *module = btl_attempt_module(attempt, index);
        if (module == NULL)
            return btl_attempt_no_memory(attempt, "reading modules");
        uint32_t known = plan->module_count;
        bool good = read_metadata(attempt, index, module);
        if (good)
            btl_plan_give(plan, index, &module->info);
        // The metadata of a module with a bad value is known: the menu shows its tunables.
        if (!good || (module->opened && !btl_plan_check_values(plan, index, &module->elf)))
            btl_plan_fail(plan, index, btl_error_since(attempt->diags, before));
        boot->driver->plan_grew(boot->owner, known);
    }
    // Every planned module has an entry, even if its file was not read.
    for (index = 0; index < plan->module_count; index++) {
        if (btl_attempt_module(attempt, index) == NULL)
            return btl_attempt_no_memory(attempt, "reading modules");
    }
    return true;
}

// False: no memory.
static bool check_calls(struct btl_attempt *attempt)
{
    struct btl_plan *plan = &attempt->plan;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        uint32_t index = plan->order[i];
        if (plan->modules[index].verdict == BTL_LOAD && attempt->modules[index]->opened &&
            !btl_plan_check_calls(plan, index, &attempt->modules[index]->elf))
            return false;
    }
    btl_plan_compact(plan);
    return true;
}

bool btl_attempt_plan(struct btl_attempt *attempt)
{
    uint32_t lost = attempt->diags->lost;
    uint32_t event = attempt_event_begin(attempt, BTLM_EVENT_PLAN, BTL_NONE);
    btl_plan_order(&attempt->plan); // failed modules are reported and left out
    bool checked = check_calls(attempt);
    attempt_check_initrd(attempt);
    attempt_event_end(attempt, event, 0);
    attempt->planned = checked && attempt->diags->lost == lost;
    return attempt->planned || btl_attempt_no_memory(attempt, "planning");
}

bool btl_attempt_judge_modules(struct btl_attempt *attempt)
{
    bool falls_back = btl_attempt_falls_back(attempt);
    uint32_t index;
    enum btl_failure_action action = btl_plan_action(&attempt->plan, falls_back, &index);
    if (action < BTL_FALL_BACK)
        return true;
    btl_plan_check_required(&attempt->plan, falls_back);
    attempt->reason = attempt->plan.modules[index].reason; // more exact than the report above
    attempt->halted = action == BTL_STOP;
    attempt->stop_resets = attempt->config.required_failure == BTL_STOP_RESET;
    return false;
}
