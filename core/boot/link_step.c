// SPDX-License-Identifier: BSD-2-Clause
// The step that links phase-1 modules: lay out all of them in one range, then link each, in the
// order of the plan, against the kernel and its dependencies.
#include "attempt_private.h"

#include <btl/mem.h>

static void fail_link(struct btl_attempt *attempt, uint32_t index, const struct btl_diag *before)
{
    btl_plan_fail(&attempt->plan, index, btl_error_since(attempt->diags, before));
}

// Is this module to be linked? Checked in every loop, because a failure also fails the dependents.
static bool is_phase1(const struct btl_attempt *attempt, uint32_t index)
{
    const struct btl_planned *planned = &attempt->plan.modules[index];
    return planned->phase == BTL_PHASE_BOOT1 && planned->verdict == BTL_LOAD &&
           planned->built_in == NULL;
}

// The exports of a static module are there unless it is off or has failed.
static bool is_static(const struct btl_attempt *attempt, uint32_t index)
{
    const struct btl_planned *planned = &attempt->plan.modules[index];
    return planned->built_in != NULL &&
           (planned->verdict == BTL_LOAD || planned->verdict == BTL_READY);
}

// Allocate a symbol table for the exports of the kernel and of all modules to be linked.
static bool begin_symbols(struct btl_attempt *attempt)
{
    const struct btl_plan *plan = &attempt->plan;
    uint64_t exports = attempt->kernel.info.export_count;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        if (is_phase1(attempt, plan->order[i]) || is_static(attempt, plan->order[i]))
            exports += attempt->modules[plan->order[i]]->info.export_count;
    }
    return exports <= UINT32_MAX &&
           btl_symtab_init(&attempt->symtab, (uint32_t)exports, attempt->arena);
}

static bool export_kernel(struct btl_attempt *attempt)
{
    const struct btl_boot *boot = attempt->boot;
    if (attempt->kernel.file == NULL)
        return boot->driver->export_kernel(boot->owner);
    return btl_kernel_export(&attempt->kernel.image, &attempt->kernel.info, BTL_KERNEL,
                             &attempt->symtab, attempt->diags);
}

// Only modules that depend on a static module may use its exports, as with other modules.
static void export_statics(struct btl_attempt *attempt)
{
    const struct btl_plan *plan = &attempt->plan;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        uint32_t index = plan->order[i];
        const struct btl_diag *before = attempt->diags->last;
        if (is_static(attempt, index) &&
            !btl_kernel_export(&attempt->kernel.image, &attempt->modules[index]->info, index,
                               &attempt->symtab, attempt->diags))
            fail_link(attempt, index, before);
    }
}

// Compute each module's offset in the common range, and size and alignment of the range.
static void layout_phase1(struct btl_attempt *attempt, uint64_t *ret_size, uint64_t *ret_align)
{
    const struct btl_plan *plan = &attempt->plan;
    uint64_t size = 0;
    *ret_align = BTL_PAGE_SIZE;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        uint32_t index = plan->order[i];
        struct btl_attempt_module *module = attempt->modules[index];
        const struct btl_diag *before = attempt->diags->last;
        uint64_t start, end;
        if (!is_phase1(attempt, index))
            continue;
        module->laid_out =
            btl_image_layout(&module->elf, attempt->arena, &module->image, attempt->diags);
        if (!module->laid_out) {
            fail_link(attempt, index, before);
            continue;
        }
        // A sum that overflows 64 bits fits no window.
        if (!btl_round_up(size, module->image.align, &start) ||
            !btl_add(start, module->image.size, &end)) {
            start = 0;
            end = UINT64_MAX;
        }
        module->image.base = start; // the offset, until link_image()
        if (module->image.align > *ret_align)
            *ret_align = module->image.align;
        size = end;
    }
    *ret_size = size;
}

static bool link_image(struct btl_attempt *attempt, uint32_t index)
{
    struct btl_attempt_module *module = attempt->modules[index];
    struct btl_image *image = &module->image;
    struct btl_scope scope;
    uint64_t offset = image->base;
    btl_plan_scope(&attempt->plan, index, &attempt->symtab, &scope);
    btl_image_place(image, attempt->phase1.address + offset,
                    (uint8_t *)(uintptr_t)(attempt->phase1.physical + offset));
    btl_image_copy(image);
    return btl_image_resolve(image, &scope, attempt->diags) &&
           btl_image_relocate(image, attempt->diags) &&
           btl_image_export(image, &module->info, index, &scope, &attempt->symtab, attempt->diags);
}

// Clear the part of the range that no image covers: an image writes each of its own bytes.
static void clear_gap(const struct btl_attempt *attempt, uint64_t from, uint64_t to)
{
    memset((uint8_t *)(uintptr_t)(attempt->phase1.physical + from), 0, to - from);
}

static void link_phase1(struct btl_attempt *attempt)
{
    const struct btl_plan *plan = &attempt->plan;
    uint64_t written = 0;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        uint32_t index = plan->order[i];
        struct btl_attempt_module *module = attempt->modules[index];
        const struct btl_diag *before = attempt->diags->last;
        if (!is_phase1(attempt, index))
            continue;
        uint32_t event = attempt_event_begin(attempt, BTLM_EVENT_MODULE_LINKED, index);
        clear_gap(attempt, written, module->image.base); // its offset
        written = module->image.base + module->image.size;
        module->linked = link_image(attempt, index);
        uint64_t time = attempt_event_end(attempt, event, module->image.size);
        if (module->linked)
            attempt_done(attempt, index, BTL_OUTCOME_LINKED, module->read_time + time);
        else
            fail_link(attempt, index, before); // its part of the range stays unused
    }
    clear_gap(attempt, written, attempt->phase1.size);
}

bool btl_attempt_link(struct btl_attempt *attempt)
{
    uint32_t lost = attempt->diags->lost;
    uint64_t size, align;
    if (!begin_symbols(attempt))
        return btl_attempt_no_memory(attempt, "linking");
    if (btl_kernel_kind_is_image(attempt->kernel.kind))
        return true; // exports nothing
    if (!export_kernel(attempt))
        return false;
    export_statics(attempt);
    layout_phase1(attempt, &size, &align);
    attempt_random_gap(attempt, size, align);
    attempt->phase1 = (struct btl_window_range){.address = attempt->window_next};
    if (size > 0 && !btl_attempt_alloc_window(attempt, size, 0, BTLM_MEM_MODULES, "phase-1 modules",
                                              &attempt->phase1))
        return false;
    if (size > 0)
        link_phase1(attempt);
    btl_plan_compact(&attempt->plan);
    return attempt->diags->lost == lost || btl_attempt_no_memory(attempt, "linking");
}
