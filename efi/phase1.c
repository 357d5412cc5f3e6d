// SPDX-License-Identifier: BSD-2-Clause
// Phase-1 modules: laid out all together, then linked one after the other, in the order of the
// plan, against the kernel and their dependencies.
#include "loader.h"

#include <btl/mem.h>

static void fail(struct loader *loader, uint32_t index, const struct btl_diag *before)
{
    btl_plan_fail(&loader->plan, index, first_since(loader, before));
}

// Of phase 1 and not failed. Asked anew in every loop: each failure takes dependents with it.
static bool is_linked_here(const struct loader *loader, uint32_t index)
{
    const struct btl_planned *planned = &loader->plan.modules[index];
    return planned->phase == BTL_PHASE_BOOT1 && planned->verdict == BTL_LOAD;
}

// A table with room for all exports.
static bool begin(struct loader *loader)
{
    const struct btl_plan *plan = &loader->plan;
    uint64_t exports = loader->kernel.info.export_count, seed;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        if (is_linked_here(loader, plan->order[i]))
            exports += loader->modules[plan->order[i]]->info.export_count;
    }
    memcpy(&seed, loader->seed, sizeof(seed));
    seed ^= loader->fw->ticks(loader->fw); // where there is no random seed
    return exports <= UINT32_MAX &&
           btl_symtab_init(&loader->symtab, (uint32_t)exports, seed, &loader->arena);
}

// Gives every module its offset in the range of all; *ret_size: of that.
static void layout(struct loader *loader, uint64_t *ret_size)
{
    const struct btl_plan *plan = &loader->plan;
    uint64_t size = 0;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        uint32_t index = plan->order[i];
        struct module *module = loader->modules[index];
        const struct btl_diag *before = loader->diags.last;
        uint64_t start, end;
        if (!is_linked_here(loader, index))
            continue;
        module->laid_out =
            btl_image_layout(&module->elf, &loader->arena, &module->image, &loader->diags);
        if (!module->laid_out) {
            fail(loader, index, before);
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

static bool link_one(struct loader *loader, uint32_t index)
{
    struct module *module = loader->modules[index];
    struct btl_image *image = &module->image;
    struct btl_scope scope;
    uint64_t offset = image->base;
    btl_plan_scope(&loader->plan, index, &loader->symtab, &scope);
    btl_image_place(image, loader->phase1.address + offset,
                    (uint8_t *)(uintptr_t)(loader->phase1.physical + offset));
    btl_image_copy(image);
    return btl_image_resolve(image, &scope, &loader->diags) &&
           btl_image_relocate(image, &loader->diags) &&
           btl_image_export(image, &module->info, index, &scope, &loader->symtab, &loader->diags);
}

static void link_all(struct loader *loader)
{
    const struct btl_plan *plan = &loader->plan;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        uint32_t index = plan->order[i];
        struct module *module = loader->modules[index];
        const struct btl_diag *before = loader->diags.last;
        if (!is_linked_here(loader, index))
            continue;
        uint32_t event = event_begin(&loader->timeline, BTLM_EVENT_MODULE_LINKED, index);
        module->linked = link_one(loader, index);
        uint64_t time = event_end(&loader->timeline, event, module->image.size);
        if (!module->linked) {
            fail(loader, index, before); // its space stays unused
            continue;
        }
        log_row(&loader->log, "%-24pC %-5s %8pB  %016lx %9lu us", &plan->modules[index].name,
                "BOOT1", BTL_BYTES(module->image.size), module->image.base,
                (module->read_time + time) / 1000);
    }
}

bool phase1_link(struct loader *loader)
{
    uint32_t lost = loader->diags.lost;
    uint64_t size;
    if (!begin(loader))
        return out_of_memory(loader, "linking");
    if (!btl_kernel_export(&loader->kernel.image, &loader->kernel.info, &loader->symtab,
                           &loader->diags))
        return false;
    layout(loader, &size);
    loader->phase1 = (struct range){.address = loader->window_next};
    if (size > 0 &&
        !window_take(loader, size, 0, BTLM_MEM_MODULES, "phase-1 modules", &loader->phase1))
        return false;
    link_all(loader);
    btl_plan_compact(&loader->plan);
    return loader->diags.lost == lost || out_of_memory(loader, "linking");
}
