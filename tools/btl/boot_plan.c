// SPDX-License-Identifier: BSD-2-Clause
// The modules' files and the plan: the steps of efi/modules.c.
#include "boot.h"

#include <string.h>

#define TABLE_FIRST 64

// The entry for module `index`. The plan grows while dependencies become known.
static struct boot_module *module_at(struct boot *boot, uint32_t index)
{
    if (index >= boot->module_capacity) {
        uint32_t capacity = boot->module_capacity == 0 ? TABLE_FIRST : boot->module_capacity;
        while (capacity <= index)
            capacity *= 2;
        // The arena does not give back the old table; doubling keeps that linear.
        struct boot_module *table = MEMORY_ARRAY(boot->host->arena, struct boot_module, capacity);
        if (boot->module_capacity != 0)
            memcpy(table, boot->modules, boot->module_capacity * sizeof(*table));
        boot->modules = table;
        boot->module_capacity = capacity;
    }
    return &boot->modules[index];
}

static void no_memory(struct boot *boot, const char *doing)
{
    btl_report(&boot->host->diags, BTL_NO_MEMORY, (struct btl_place){0}, BTL_ARG_Z(doing));
}

// From the first directory of module_path that has it.
static bool read_from_volume(struct boot *boot, uint32_t index, struct boot_module *module)
{
    struct volume_problem problem;
    do {
        struct btl_str path = boot->plan.modules[index].path;
        module->path = path;
        module->file = volume_name(&boot->volume, path);
        if (volume_read(&boot->volume, path, BTL_ELF_FILE_MAX, &module->bytes, &problem))
            return true;
    } while (problem.code == BTL_FILE_NOT_FOUND && !problem.reported &&
             btl_plan_next_path(&boot->plan, index));
    const struct btl_planned *planned = &boot->plan.modules[index];
    module->path = planned->path;
    module->file = volume_name(&boot->volume, planned->path);
    volume_report(boot->host, (struct btl_place){.file = module->file, .module = planned->name},
                  &problem);
    return false;
}

// The plan keeps the address of the metadata, and the table of modules moves: it lies beside it.
static const struct btl_modinfo *read_metadata(struct boot *boot, uint32_t index)
{
    struct btl_diags *diags = &boot->host->diags;
    struct boot_module *module = module_at(boot, index);
    bool read = boot->read_module != NULL ? boot->read_module(boot, index, module)
                                          : read_from_volume(boot, index, module);
    struct btl_place place = {.file = module->file, .module = boot->plan.modules[index].name};
    module->opened = read && btl_elf_open(module->bytes, BTL_ELF_MODULE, boot->machine, place,
                                          &module->elf, diags);
    struct btl_modinfo *info = MEMORY_NEW(boot->host->arena, struct btl_modinfo);
    if (!module->opened || !btl_modinfo_read(&module->elf, boot->host->arena, info, diags))
        return NULL;
    module->info = info;
    return info;
}

// Without a kernel nobody knows which interfaces it would provide: then it is taken to provide all
// that no module does, so that one mistake is reported once.
static void assume_interfaces(struct boot *boot)
{
    struct btl_arena *arena = boot->host->arena;
    struct btl_symtab provided;
    size_t needs = 0;
    if (!btl_symtab_init(&provided, 16, arena))
        return;
    for (uint32_t i = 0; i < boot->plan.module_count; i++) {
        const struct btl_modinfo *info = boot->modules[i].info;
        if (info == NULL)
            continue;
        for (size_t k = 0; k < info->provide_count; k++)
            btl_symtab_add(&provided, info->provides[k].name, 0, i, NULL);
        needs += info->need_count;
    }
    struct btl_interface *assumed = MEMORY_ARRAY(arena, struct btl_interface, needs);
    size_t count = 0;
    for (uint32_t i = 0; i < boot->plan.module_count; i++) {
        const struct btl_modinfo *info = boot->modules[i].info;
        for (size_t k = 0; info != NULL && k < info->need_count; k++)
            if (btl_symtab_find(&provided, info->needs[k].name) == NULL)
                assumed[count++] = info->needs[k];
    }
    boot->kernel_info.provides = assumed;
    boot->kernel_info.provide_count = count;
}

void boot_plan(struct boot *boot)
{
    struct btl_diags *diags = &boot->host->diags;
    uint32_t index;
    if (!boot->kernel_good)
        boot->kernel_info = (struct btl_modinfo){0};
    if (!btl_plan_begin(&boot->plan, &boot->config, &boot->kernel_info, boot->host->arena, diags)) {
        no_memory(boot, "planning");
        return;
    }
    while ((index = btl_plan_next_wanted(&boot->plan)) != BTL_NONE) {
        const struct btl_diag *before = diags->last;
        const struct btl_modinfo *info = read_metadata(boot, index);
        // From here on the plan's messages call the file what the user calls it.
        if (boot->modules[index].file.len > 0)
            boot->plan.modules[index].path = boot->modules[index].file;
        if (info != NULL)
            btl_plan_give(&boot->plan, index, info);
        else
            btl_plan_fail(&boot->plan, index, boot_first_since(boot, before));
    }
    if (boot->plan.module_count > 0)
        module_at(boot, boot->plan.module_count - 1);
    if (!boot->kernel_good)
        assume_interfaces(boot);
    btl_plan_order(&boot->plan);
    // After the links it is looked at once more: only what had not failed before is news then.
    boot->required_reported = !btl_plan_check_required(&boot->plan, boot->fallback);
}

void boot_check_required(struct boot *boot)
{
    if (!boot->required_reported)
        boot->required_reported = !btl_plan_check_required(&boot->plan, boot->fallback);
}
