// SPDX-License-Identifier: BSD-2-Clause
// The steps of a boot, run on a directory or an image.
#include "boot.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <btl/boot.h>
#include <btl/linux_kernel.h>

#include "boot_later.h"
#include "configurations.h"
#include "files.h"

// ---------------------------------------------------------------------------------------- options

bool boot_parse_options(struct boot *boot)
{
    if (boot->machine_name != NULL) {
        boot->machine = btl_machine_named(btl_str_of(boot->machine_name));
        if (boot->machine == NULL)
            usage_error(boot->host, "\"%s\" is not a machine; it is " BTL_MACHINE_NAMES,
                        boot->machine_name);
    }
    bool has_size = boot->memory_size == NULL ||
                    (btl_parse_size(btl_str_of(boot->memory_size), &boot->memory) &&
                     boot->memory < UINT64_MAX); // a larger size is the maximum
    if (!has_size)
        usage_error(boot->host, "\"%s\" is not a size; write it like 128M", boot->memory_size);
    return has_size && (boot->machine_name == NULL || boot->machine != NULL);
}

static bool argument_is_image(const char *argument)
{
    struct btl_bytes bytes;
    int error;
    return files_map(argument, &bytes, &error) && volume_is_disk(bytes);
}

void boot_argument(struct boot *boot, const char *argument)
{
    struct btl_arena *arena = boot->host->arena;
    boot->path = BTL_STR(BTL_CONFIG_DEFAULT);
    if (argument != NULL && boot->root == NULL && argument_is_image(argument))
        boot->root = argument;
    else if (argument != NULL && boot->root == NULL)
        configuration_split(arena, argument, &boot->root, &boot->path);
    else if (argument != NULL)
        boot->path = memory_text(arena, "%s%s", argument[0] == '/' ? "" : "/", argument);
    if (boot->root == NULL)
        boot->root = ".";
}

// ------------------------------------------------------------------------------------- the volume

static void boot_choose_machine(struct boot *boot)
{
    struct volume_file file;
    struct btl_file_problem problem;
    for (size_t i = 0; i < BTL_MACHINES && boot->machine == NULL; i++) {
        if (volume_file_open(&boot->volume, btl_machines[i].loader, UINT64_MAX, &file, &problem))
            boot->machine = &btl_machines[i];
    }
    if (boot->machine == NULL)
        boot->machine = &btl_machines[0];
}

bool boot_open(struct boot *boot)
{
    if (!volume_open(boot->host, boot->root, &boot->volume))
        return false;
    boot_choose_machine(boot);
    return true;
}

static void boot_free_ranges(struct boot *boot)
{
    while (boot->range_count > 0) {
        const struct boot_range *range = &boot->ranges[--boot->range_count];
        munmap(range->memory, range->size);
    }
}

void boot_close(struct boot *boot)
{
    boot_free_ranges(boot);
    volume_close(&boot->volume);
}

// -------------------------------------------------------------------------------------- the steps

void boot_attempt_begin(struct boot *boot, const struct btl_boot_driver *driver, void *owner)
{
    boot_free_ranges(boot);
    boot->reads.count = 0;
    boot->core.driver = driver;
    boot->core.owner = owner;
    boot->core.machine = boot->machine;
    boot->core.seals_ignored = !boot->sees_seal;
    btl_attempt_begin(&boot->attempt, &boot->core, boot->host->arena, &boot->host->diags);
}

// Report a failure that ends the boot, but only the first one: modules are judged before and after
// linking.
static void boot_judge_modules(struct boot *boot)
{
    if (!boot->judged)
        boot->judged = !btl_attempt_judge_modules(&boot->attempt);
}

// Without a kernel its interfaces are not known. Assume that it provides all that no module does,
// so that one mistake is reported once.
static void boot_assume_interfaces(struct boot *boot)
{
    const struct btl_attempt *attempt = &boot->attempt;
    struct btl_arena *arena = boot->host->arena;
    struct btl_symtab provided;
    size_t needs = 0;
    if (!btl_symtab_init(&provided, 16, arena))
        return;
    for (uint32_t i = 0; i < attempt->plan.module_count; i++) {
        const struct btl_modinfo *info = attempt->plan.modules[i].info;
        for (size_t k = 0; info != NULL && k < info->provide_count; k++)
            btl_symtab_add(&provided, info->provides[k].name, 0, i, NULL);
        needs += info != NULL ? info->need_count : 0;
    }
    struct btl_interface *assumed = MEMORY_ARRAY(arena, struct btl_interface, needs);
    size_t count = 0;
    for (uint32_t i = 0; i < attempt->plan.module_count; i++) {
        const struct btl_modinfo *info = attempt->plan.modules[i].info;
        for (size_t k = 0; info != NULL && k < info->need_count; k++)
            if (btl_symtab_find(&provided, info->needs[k].name) == NULL)
                assumed[count++] = info->needs[k];
    }
    boot->attempt.kernel.info.provides = assumed;
    boot->attempt.kernel.info.provide_count = count;
}

// Add up the memory while loading: files are read whole and stay beside the images until the kernel
// runs.
static void boot_measure_memory(struct boot *boot)
{
    const struct btl_attempt *attempt = &boot->attempt;
    const struct btl_boot_file *kernel = attempt->kernel.file;
    uint64_t bytes = (kernel != NULL ? kernel->bytes.size : 0) + attempt->kernel.image.size +
                     attempt->phase1.size + btl_attempt_early_size(attempt) + BTL_BOOT_STACK_SIZE +
                     (attempt->config_file != NULL ? attempt->config_file->bytes.size : 0);
    for (uint32_t i = 0; i < attempt->kernel.initrd_count; i++)
        bytes += attempt->kernel.initrds[i]->bytes.size;
    for (uint32_t i = 0; i < attempt->raw_file_count; i++)
        bytes += attempt->raw_files[i].file->bytes.size;
    for (uint32_t i = 0; i < attempt->plan.module_count; i++) {
        const struct btl_boot_file *file = attempt->modules[i]->file;
        bytes += file != NULL ? file->bytes.size : 0;
    }
    boot->bytes = bytes;
    if (boot->memory != 0 && bytes > boot->memory)
        btl_report(&boot->host->diags, BTL_HOST_MEMORY,
                   ((struct btl_place){.file = attempt->config.file}), BTL_SIZE(bytes),
                   BTL_SIZE(boot->memory));
}

void boot_steps_after_configuration(struct boot *boot)
{
    struct btl_attempt *attempt = &boot->attempt;
    bool placed = boot->kernel_good;
    if (!placed)
        boot->kernel_good = btl_attempt_open_kernel(attempt);
    if (!boot->kernel_good)
        attempt->kernel.info = (struct btl_modinfo){0};
    if (!btl_attempt_read_modules(attempt))
        return;
    if (!boot->kernel_good)
        boot_assume_interfaces(boot);
    btl_attempt_plan(attempt);
    boot_judge_modules(boot);
    if (boot->kernel_good && !placed)
        boot->kernel_good = btl_attempt_place_kernel(attempt);
    if (boot->kernel_good && btl_attempt_link(attempt)) {
        // A kernel that the firmware starts links its modules itself, if it takes any.
        if (!btl_kernel_kind_is_image(attempt->kernel.kind))
            boot_link_later(boot);
        boot_judge_modules(boot);
        btl_attempt_reserve(attempt);
    }
    btl_attempt_stage(attempt, &(struct btl_boot_disk){.layout = volume_layout(&boot->volume)});
    boot_measure_memory(boot);
}

// ------------------------------------------------------------------------------- another kernel

static void boot_add_overlay(struct boot *boot, struct boot_overlay file)
{
    struct boot_overlay *overlay = MEMORY_NEW(boot->host->arena, struct boot_overlay);
    *overlay = file;
    overlay->next = boot->overlay;
    boot->overlay = overlay;
}

// Put a file of the host in the place of the configuration's kernel, and the list of built-in
// modules that stands beside it in the place of the other one.
static void boot_replace_kernel(struct boot *boot)
{
    struct btl_arena *arena = boot->host->arena;
    struct btl_str path = boot->attempt.config.kernel, name = btl_str_of(boot->kernel_file);
    struct btl_bytes list;
    int error;
    boot_add_overlay(
        boot, (struct boot_overlay){.path = path, .bytes = boot->kernel_bytes, .name = name});
    struct btl_str beside = memory_text(arena, "%.*s" BTL_LINUX_BUILTIN_FILE,
                                        (int)(name.len - btl_base_name(name).len), name.at);
    struct btl_str place = btl_str_first(path, path.len - btl_base_name(path).len);
    bool found = files_map(beside.at, &list, &error);
    boot_add_overlay(boot, (struct boot_overlay){
                               .path = memory_text(arena, "%pS" BTL_LINUX_BUILTIN_FILE, &place),
                               .bytes = found ? list : (struct btl_bytes){0},
                               .absent = !found,
                               .name = beside});
}

static void boot_run_steps(struct boot *boot, struct btl_str name, const struct btl_boot_file *file)
{
    boot_attempt_begin(boot, &volume_driver, boot);
    boot->core.choice.path = boot->path;
    if (file != NULL)
        btl_attempt_configure_file(&boot->attempt, name, file);
    else
        btl_attempt_configure(&boot->attempt);
    if (boot->kernel_file != NULL)
        boot_replace_kernel(boot);
    boot_steps_after_configuration(boot);
}

void boot_steps_with(struct boot *boot, struct btl_str name, struct btl_str text)
{
    struct btl_bytes bytes = {(const uint8_t *)text.at, text.len};
    boot_run_steps(boot, name, boot_file(boot, boot->path, bytes));
}

void boot_steps(struct boot *boot)
{
    struct btl_bytes bytes = {(const uint8_t *)"", 0};
    if (boot->config_file == NULL) {
        boot_run_steps(boot, BTL_STR(""), NULL);
        return;
    }
    files_read(boot->host, boot->config_file, &bytes);
    boot_steps_with(boot, btl_str_of(boot->config_file),
                    (struct btl_str){(const char *)bytes.at, bytes.size});
}

bool boot_run(struct boot *boot)
{
    if (!boot_open(boot))
        return false;
    boot_steps(boot);
    return true;
}
