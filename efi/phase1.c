// SPDX-License-Identifier: BSD-2-Clause
// Phase-1 modules: laid out all together, then linked one after the other, in the order of the
// plan, against the kernel and their dependencies.
#include "loader.h"

#include <mem.h>

// What the step keeps beside the loader's state.
struct linker {
    struct loader *loader;
    struct btl_scope scope;
    uint32_t *allowed; // per module: the module that may use it, + 1 (each sets its own marks)
    uint32_t current;  // the module that is being linked, + 1
    uint32_t *order;   // modules of phase 1; a copy, because failures change the plan's
    uint32_t count;
};

// A module may use what the kernel and its declared dependencies export, nothing else.
static bool scope_allowed(const struct btl_scope *scope, uint32_t owner)
{
    const struct linker *linker = scope->caller;
    return owner == BTL_KERNEL || linker->allowed[owner] == linker->current;
}

static struct btl_str scope_owner_name(const struct btl_scope *scope, uint32_t owner)
{
    const struct linker *linker = scope->caller;
    return owner == BTL_KERNEL ? BTL_STR("kernel") : linker->loader->plan.modules[owner].name;
}

static void fail(struct loader *loader, uint32_t index, const struct btl_diag *before)
{
    btl_plan_fail(&loader->plan, index, first_since(loader, before));
}

// The modules of phase 1, and a table with room for all their exports.
static bool begin(struct linker *linker)
{
    struct loader *loader = linker->loader;
    const struct btl_plan *plan = &loader->plan;
    uint64_t exports = loader->kernel.info.export_count, seed;
    linker->order = BTL_NEW_ARRAY(&loader->arena, uint32_t, plan->order_count);
    linker->allowed = BTL_NEW_ARRAY(&loader->arena, uint32_t, plan->module_count);
    if (linker->order == NULL || linker->allowed == NULL)
        return false;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        if (plan->modules[plan->order[i]].phase != BTL_PHASE_BOOT1)
            continue;
        linker->order[linker->count++] = plan->order[i];
        exports += loader->modules[plan->order[i]]->info.export_count;
    }
    memcpy(&seed, loader->seed, sizeof(seed));
    seed ^= loader->fw->ticks(loader->fw); // where there is no random seed
    linker->scope = (struct btl_scope){.symtab = &loader->symtab,
                                       .allowed = scope_allowed,
                                       .owner_name = scope_owner_name,
                                       .caller = linker};
    return exports <= UINT32_MAX &&
           btl_symtab_init(&loader->symtab, (uint32_t)exports, seed, &loader->arena);
}

// Gives every module its offset in the arena; *ret_size: of all of them.
static void layout(struct linker *linker, uint64_t *ret_size)
{
    struct loader *loader = linker->loader;
    uint64_t size = 0;
    for (uint32_t i = 0; i < linker->count; i++) {
        struct module *module = loader->modules[linker->order[i]];
        const struct btl_diag *before = loader->diags.last;
        uint64_t start, end;
        if (loader->plan.modules[linker->order[i]].verdict != BTL_LOAD)
            continue; // a dependency failed just now
        module->laid_out =
            btl_image_layout(&module->elf, &loader->arena, &module->image, &loader->diags);
        if (!module->laid_out) {
            fail(loader, linker->order[i], before);
            continue;
        }
        // Sizes are those of files and their .bss; should they leave 64 bits, nothing holds them.
        if (!btl_round_up(size, module->image.align, &start) ||
            !btl_add(start, module->image.size, &end)) {
            start = 0;
            end = UINT64_MAX;
        }
        module->image.base = start; // for now: the offset
        size = end;
    }
    *ret_size = size;
}

static bool link_one(struct linker *linker, uint32_t index)
{
    struct loader *loader = linker->loader;
    struct module *module = loader->modules[index];
    struct btl_image *image = &module->image;
    const struct btl_planned *planned = &loader->plan.modules[index];
    linker->current = index + 1;
    for (uint32_t i = 0; i < planned->dependency_count; i++)
        linker->allowed[planned->dependencies[i]] = linker->current;

    uint64_t offset = image->base;
    btl_image_place(image, loader->phase1.address + offset,
                    (uint8_t *)(uintptr_t)(loader->phase1.physical + offset));
    btl_image_copy(image);
    return btl_image_resolve(image, &linker->scope, &loader->diags) &&
           btl_image_relocate(image, &loader->diags) &&
           btl_image_export(image, &module->info, index, &linker->scope, &loader->symtab,
                            &loader->diags);
}

static void link_all(struct linker *linker)
{
    struct loader *loader = linker->loader;
    for (uint32_t i = 0; i < linker->count; i++) {
        uint32_t index = linker->order[i];
        struct module *module = loader->modules[index];
        const struct btl_planned *planned = &loader->plan.modules[index];
        const struct btl_diag *before = loader->diags.last;
        if (planned->verdict != BTL_LOAD)
            continue;
        uint32_t event = event_begin(&loader->timeline, BTLM_EVENT_MODULE_LINKED, index);
        module->linked = link_one(linker, index);
        uint64_t time = event_end(&loader->timeline, event, module->image.size);
        if (!module->linked) {
            fail(loader, index, before); // its space in the arena stays unused
            continue;
        }
        log_line(&loader->log, LOG_NORMAL, "%-24.24S %-5s %8B  %016llx %9llu us", &planned->name,
                 "BOOT1", (unsigned long long)module->image.size,
                 (unsigned long long)module->image.base,
                 (unsigned long long)(module->read_time + time) / 1000);
    }
}

bool phase1_link(struct loader *loader)
{
    struct linker linker = {.loader = loader};
    uint32_t lost = loader->diags.lost;
    uint64_t size;
    if (!begin(&linker))
        return out_of_memory(loader, "linking");
    if (!btl_kernel_export(&loader->kernel.image, &loader->kernel.info, &loader->symtab,
                           &loader->diags))
        return false;
    layout(&linker, &size);
    loader->phase1 = (struct range){.address = loader->window_next};
    if (size > 0 &&
        !window_take(loader, size, 0, BTLM_MEM_MODULES, "phase-1 modules", &loader->phase1))
        return false;
    link_all(&linker);
    if (loader->diags.lost != lost)
        return out_of_memory(loader, "linking");
    return required_loaded(loader);
}
