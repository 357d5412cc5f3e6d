// SPDX-License-Identifier: BSD-2-Clause
// The loader's driver of core/boot: files of the boot volume, pages of the firmware, events.
#include <btl/boot.h>

#include "boot.h"
#include "hash.h"

static const struct btl_boot_file *driver_read(void *owner, struct btl_str path, uint64_t max,
                                               struct btl_file_problem *ret_problem)
{
    if (max > BTL_CONFIG_MAX && !file_is_known(owner, path))
        prefetch_plan(owner);
    return file_read(owner, path, max, ret_problem);
}

static struct btl_str driver_name(void *owner, struct btl_str path)
{
    return path;
}

static size_t driver_list(void *owner, struct btl_str **ret_paths)
{
    struct boot *boot = owner;
    uint32_t count;
    return configurations_list(boot, boot->attempt.arena, ret_paths, &count) ? count : 0;
}

// The deletion is checked: firmware may report success and keep the variable.
static bool driver_delete_next(void *owner)
{
    struct boot *boot = owner;
    return boot->options.dry_run || boot->variables[BTL_VARIABLE_NEXT].size == 0 ||
           (state_write(boot, BTL_VARIABLE_NEXT, NULL) && state_is_gone(boot, BTL_VARIABLE_NEXT));
}

static bool driver_allocate(void *owner, enum btlm_memory_type purpose, uint64_t size,
                            uint64_t address, uint64_t align, uint64_t *ret_physical)
{
    struct boot *boot = owner;
    return pages_allocate_congruent(&boot->res.pages, size, address, align, purpose, ret_physical);
}

static uint32_t driver_event_begin(void *owner, enum btlm_event_kind kind, uint32_t module)
{
    struct boot *boot = owner;
    return event_begin(&boot->timeline, kind, module);
}

static uint64_t driver_event_end(void *owner, uint32_t event, uint64_t bytes)
{
    struct boot *boot = owner;
    return event_end(&boot->timeline, event, bytes);
}

static void driver_event_read(void *owner, enum btlm_event_kind kind, uint32_t module,
                              const struct btl_boot_file *file)
{
    struct boot *boot = owner;
    // The kernel's file may be that of an earlier attempt, whose event was kept.
    if (module == BTL_NONE && timeline_has(&boot->timeline, kind, file->read_start))
        return;
    event_add(&boot->timeline, (struct btlm_event){.start = file->read_start,
                                                   .end = file->read_end,
                                                   .kind = kind,
                                                   .module = module,
                                                   .bytes = file->bytes.size});
}

static void driver_log_seal(struct boot *boot)
{
    const struct btl_attempt_seal *sealed = &boot->attempt.sealed;
    if (sealed->absent)
        log_only(&boot->log, BTL_LOG_INFO, "%pS: no seal", &boot->core.choice.path);
    else if (sealed->fits)
        log_only(&boot->log, BTL_LOG_INFO, "%pS: level %lu, files: %u", &sealed->name,
                 sealed->seal.level, sealed->seal.count);
}

// Apply settings of the loader itself. Load options override loader.conf. A dry run writes only the
// file that -m requests.
static void driver_configured(void *owner)
{
    struct boot *boot = owner;
    const struct btl_config *config = &boot->attempt.config;
    const struct btl_load_options *options = &boot->options;
    log_release(&boot->log, options->verbose  ? LOG_VERBOSE
                            : config->quiet   ? LOG_QUIET
                            : config->verbose ? LOG_VERBOSE
                                              : LOG_NORMAL);
    if (options->save.len > 0)
        boot->res.save_path = options->save;
    else if (config->manifest_save && !options->dry_run)
        boot->res.save_path = BTL_STR(BTL_MANIFEST_SAVED);
    if (boot->preview)
        boot->res.save_path.len = 0;
    if (boot->core.choice.safe)
        log_line(&boot->log, BTL_LOG_INFO,
                 "safe boot: without the modules and tunables that can be left out");
    driver_log_seal(boot);
}

static void driver_plan_grew(void *owner, uint32_t first)
{
    progress_plan(owner, first);
}

static void log_left_out(struct boot *boot, uint32_t index, const char *state)
{
    const struct btl_planned *planned = &boot->attempt.plan.modules[index];
    bool ignored = planned->verdict == BTL_FAILED && is_ignored(boot, planned->name);
    log_module_state(&boot->log, planned->name, btl_phase_name(planned->phase), state, ignored);
}

static void driver_done(void *owner, uint32_t index, enum btl_boot_outcome outcome, uint64_t time)
{
    struct boot *boot = owner;
    const struct btl_attempt *attempt = &boot->attempt;
    if (outcome == BTL_OUTCOME_PLACED) {
        const struct btl_attempt_kernel *kernel = &attempt->kernel;
        const struct btl_kernel_image *image = &kernel->image;
        log_table_begin(&boot->log);
        if (btl_kernel_kind_is_image(kernel->kind)) {
            log_module_row(&boot->log, BTL_STR("kernel"), "", kernel->file->bytes.size,
                           btl_kernel_kind_name(kernel->kind), 0, time);
            return;
        }
        log_module_row(&boot->log, BTL_STR("kernel"), "", image->size, NULL, image->base, time);
        return;
    }
    const struct btl_attempt_module *module = attempt->modules[index];
    struct btl_str name = attempt->plan.modules[index].name;
    const char *phase = btl_phase_name(attempt->plan.modules[index].phase);
    switch (outcome) {
    case BTL_OUTCOME_LINKED:
        log_module_row(&boot->log, name, phase, module->image.size, NULL, module->image.base, time);
        break;
    case BTL_OUTCOME_STAGED:
        files_stage(boot, module->file);
        log_module_row(&boot->log, name, phase, module->file->bytes.size, "staged", 0, time);
        break;
    case BTL_OUTCOME_ON_VOLUME:
        log_module_row(&boot->log, name, phase, module->file->bytes.size, "on the disk", 0, time);
        break;
    case BTL_OUTCOME_BUILT_IN:
        log_module_row(&boot->log, name, phase, 0, "in the kernel", 0, time);
        break;
    case BTL_OUTCOME_OFF:
        log_left_out(boot, index, "off");
        break;
    default:
        log_left_out(boot, index, "failed, will not be loaded");
        break;
    }
}

const struct btl_boot_driver loader_driver = {
    .read = driver_read,
    .hash = hash_file,
    .verify = trust_verify,
    .name = driver_name,
    .list = driver_list,
    .delete_next = driver_delete_next,
    .allocate = driver_allocate,
    .event_begin = driver_event_begin,
    .event_end = driver_event_end,
    .event_read = driver_event_read,
    .configured = driver_configured,
    .plan_grew = driver_plan_grew,
    .done = driver_done,
};

bool modules_stage(struct boot *boot)
{
    const struct fw_volume *volume = &boot->facts.volume;
    btl_attempt_stage(&boot->attempt,
                      &(struct btl_boot_disk){.layout = volume->kind,
                                              .controller = btl_str_of(volume->controller)});
    for (uint32_t i = 0; i < boot->attempt.raw_file_count; i++) {
        const struct btl_boot_file *file = boot->attempt.raw_files[i].file;
        files_stage(boot, file);
        log_module_row(&boot->log, boot->attempt.raw_files[i].name, "", file->bytes.size, "staged",
                       0, file->read_end - file->read_start);
    }
    btl_attempt_hash(&boot->attempt);
    log_table_end(&boot->log);
    log_line(&boot->log, BTL_LOG_DEBUG, "files of INIT and AUTO modules: %s: %s",
             boot->attempt.stage_all ? "staged" : "on the disk",
             boot->attempt.config.stage == BTL_STAGE_AUTO
                 ? btl_stage_reason_text(boot->attempt.stage_reason)
                 : "loader.conf says so");
    return true;
}
