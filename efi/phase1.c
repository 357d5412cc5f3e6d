// SPDX-License-Identifier: BSD-2-Clause
// Phase-1 modules: laid out all together, then linked one after the other, in the order of the
// plan, against the kernel and their dependencies.
#include "boot.h"

#include <btl/mem.h>

static void fail(struct boot *boot, uint32_t index, const struct btl_diag *before)
{
    btl_plan_fail(&boot->attempt.plan, index, first_since(boot, before));
}

// Of phase 1 and not failed. Asked anew in every loop: each failure takes dependents with it.
static bool is_linked_here(const struct boot *boot, uint32_t index)
{
    const struct btl_planned *planned = &boot->attempt.plan.modules[index];
    return planned->phase == BTL_PHASE_BOOT1 && planned->verdict == BTL_LOAD;
}

// A table with room for all exports.
static bool begin(struct boot *boot)
{
    const struct btl_plan *plan = &boot->attempt.plan;
    uint64_t exports = boot->attempt.kernel.info.export_count;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        if (is_linked_here(boot, plan->order[i]))
            exports += boot->attempt.modules[plan->order[i]]->info.export_count;
    }
    return exports <= UINT32_MAX &&
           btl_symtab_init(&boot->attempt.symtab, (uint32_t)exports, boot->attempt.arena);
}

// Gives every module its offset in the range of all; *ret_size: of that.
static void layout(struct boot *boot, uint64_t *ret_size)
{
    const struct btl_plan *plan = &boot->attempt.plan;
    uint64_t size = 0;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        uint32_t index = plan->order[i];
        struct btl_attempt_module *module = boot->attempt.modules[index];
        const struct btl_diag *before = boot->attempt.diags->last;
        uint64_t start, end;
        if (!is_linked_here(boot, index))
            continue;
        module->laid_out = btl_image_layout(&module->elf, boot->attempt.arena, &module->image,
                                            boot->attempt.diags);
        if (!module->laid_out) {
            fail(boot, index, before);
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

static bool link_one(struct boot *boot, uint32_t index)
{
    struct btl_attempt_module *module = boot->attempt.modules[index];
    struct btl_image *image = &module->image;
    struct btl_scope scope;
    uint64_t offset = image->base;
    btl_plan_scope(&boot->attempt.plan, index, &boot->attempt.symtab, &scope);
    btl_image_place(image, boot->attempt.phase1.address + offset,
                    (uint8_t *)(uintptr_t)(boot->attempt.phase1.physical + offset));
    btl_image_copy(image);
    return btl_image_resolve(image, &scope, boot->attempt.diags) &&
           btl_image_relocate(image, boot->attempt.diags) &&
           btl_image_export(image, &module->info, index, &scope, &boot->attempt.symtab,
                            boot->attempt.diags);
}

static void link_all(struct boot *boot)
{
    const struct btl_plan *plan = &boot->attempt.plan;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        uint32_t index = plan->order[i];
        struct btl_attempt_module *module = boot->attempt.modules[index];
        const struct btl_diag *before = boot->attempt.diags->last;
        if (!is_linked_here(boot, index))
            continue;
        uint32_t event = event_begin(&boot->res.timeline, BTLM_EVENT_MODULE_LINKED, index);
        module->linked = link_one(boot, index);
        uint64_t time = event_end(&boot->res.timeline, event, module->image.size);
        if (!module->linked) {
            fail(boot, index, before); // its space stays unused
            continue;
        }
        log_module_row(&boot->log, plan->modules[index].name, "BOOT1", module->image.size, NULL,
                       module->image.base, module->read_time + time);
    }
}

bool phase1_link(struct boot *boot)
{
    uint32_t lost = boot->attempt.diags->lost;
    uint64_t size;
    if (!begin(boot))
        return out_of_memory(boot, "linking");
    if (!btl_kernel_export(&boot->attempt.kernel.image, &boot->attempt.kernel.info,
                           &boot->attempt.symtab, boot->attempt.diags))
        return false;
    layout(boot, &size);
    boot->attempt.phase1 = (struct btl_window_range){.address = boot->attempt.window_next};
    if (size > 0 &&
        !window_take(boot, size, 0, BTLM_MEM_MODULES, "phase-1 modules", &boot->attempt.phase1))
        return false;
    link_all(boot);
    btl_plan_compact(&boot->attempt.plan);
    return boot->attempt.diags->lost == lost || out_of_memory(boot, "linking");
}
