// SPDX-License-Identifier: BSD-2-Clause
// Rule 15: a module does not use an export of the kernel before the kernel offers it.
#include <btl/plan.h>

#include "plan_state.h"

#define LATE_KERNEL UINT64_MAX // tag of the kernel's statements; the others: index of a module

// Put what the kernel says of its exports into the table, at the first call. For a name that stands
// there twice the first counts.
static bool plan_collect_late(struct btl_plan *plan)
{
    struct plan_table *late = &plan->state->late;
    const struct btl_modinfo *kernel = plan->kernel;
    size_t count = kernel != NULL ? kernel->export_phase_count : 0;
    if (late->arena != NULL)
        return true;
    if (!plan_table_init(late, count, plan->arena))
        return false;
    for (size_t i = 0; i < count; i++)
        if (plan_table_add(late, kernel->export_phases[i].symbol, LATE_KERNEL,
                           kernel->export_phases[i].from) == NULL)
            return false;
    return true;
}

// Note the exports that the module uses only later.
static bool plan_collect_later(struct btl_plan *plan, uint32_t index)
{
    struct plan_table *late = &plan->state->late;
    const struct btl_modinfo *info = plan->modules[index].info;
    for (size_t i = 0; i < info->later_count; i++)
        if (plan_table_find(late, info->later[i], LATE_KERNEL) != NULL &&
            plan_table_add(late, info->later[i], index, 0) == NULL)
            return false;
    return true;
}

static const struct btl_diag *report_early_call(struct btl_plan *plan, uint32_t index,
                                                struct btl_str symbol, uint8_t from)
{
    char text[16];
    size_t len = btl_supported_text(from, text);
    return btl_report(plan->diags, BTL_PLAN_CALL_TOO_EARLY, plan_file_place(plan, index),
                      BTL_ARG_Z(btl_phase_name(plan->modules[index].phase)), BTL_ARG(symbol),
                      BTL_ARG(plan_keep_text(plan, (struct btl_str){text, len})));
}

// Check one undefined symbol of the module. A symbol that was reported counts as said, so that it
// is reported once. False: no memory.
static bool plan_check_call(struct btl_plan *plan, uint32_t index, struct btl_str symbol)
{
    struct plan_table *late = &plan->state->late;
    const uint32_t *found = plan_table_find(late, symbol, LATE_KERNEL);
    uint8_t from = found != NULL ? (uint8_t)*found : 0;
    if (from <= btl_phase_needs(plan->modules[index].phase) ||
        plan_table_find(late, symbol, index) != NULL)
        return true;
    btl_plan_fail(plan, index, report_early_call(plan, index, symbol, from));
    return plan_table_add(late, symbol, index, 0) != NULL;
}

bool btl_plan_check_calls(struct btl_plan *plan, uint32_t index, const struct btl_elf *file)
{
    if (btl_phase_needs(plan->modules[index].phase) == BTL_SUPPORTS_RUN)
        return true; // every export is offered
    if (!plan_collect_late(plan) || !plan_collect_later(plan, index))
        return false;
    for (uint32_t i = 1; plan->state->late.count > 0 && i < file->symbol_count; i++) {
        uint16_t special;
        if (btl_elf_symbol_section(file, i, &special) == ELF_SHN_UNDEF && special == 0 &&
            !plan_check_call(plan, index, btl_elf_symbol_name(file, i)))
            return false;
    }
    return true;
}
