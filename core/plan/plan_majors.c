// SPDX-License-Identifier: BSD-2-Clause
// Fixed majors of drivers: a number of one kind of devices belongs to one module, the first in the
// loading order. A dependency is before its dependents, so a module that fails here never had a
// dependent whose majors were taken.
#include "plan_state.h"

// Return "/modules/null.ko, loader.conf:12", in the arena; without a line, the file alone.
static struct btl_arg plan_origin_arg(struct btl_plan *plan, uint32_t index)
{
    struct btl_str path = plan->modules[index].path;
    struct btl_place place = plan_place(plan, index, NULL);
    char line[16];
    size_t len = btl_format_to(line, sizeof(line), ":%u", place.line);
    const struct btl_str parts[] = {path, BTL_STR(", "), place.file, {line, len}};
    struct btl_str text = btl_str_join(plan->arena, parts, BTL_COUNT(parts));
    if (place.line == 0)
        return BTL_ARG(path);
    if (text.at == NULL)
        plan_no_memory(plan);
    return BTL_ARG(text.at != NULL ? text : path);
}

static const struct btl_diag *report_major_taken(struct btl_plan *plan, uint32_t index,
                                                 enum btl_device_kind kind, uint32_t first)
{
    const struct btl_planned *module = &plan->modules[index];
    return btl_report(plan->diags, BTL_PLAN_MAJOR_TAKEN, plan_place(plan, index, NULL),
                      BTL_ARG(module->path), BTL_ARG_Z(btl_device_kind_name(kind)),
                      BTL_DEC((uint64_t)module->info->majors[kind]),
                      BTL_ARG(plan->modules[first].name), plan_origin_arg(plan, first));
}

// The owner of each number; BTL_NONE: free.
struct majors_taken {
    uint32_t owner[BTL_DEVICE_KINDS][BTL_MAJORS_MAX];
};

// Report each number of the module that is taken. Return the first report, or NULL.
static const struct btl_diag *majors_find_taken(struct btl_plan *plan, uint32_t index,
                                                const struct majors_taken *taken, bool *ret_taken)
{
    const int16_t *majors = plan->modules[index].info->majors;
    const struct btl_diag *reason = NULL;
    *ret_taken = false;
    for (int kind = 0; kind < BTL_DEVICE_KINDS; kind++) {
        uint32_t first = majors[kind] >= 0 ? taken->owner[kind][majors[kind]] : BTL_NONE;
        if (first == BTL_NONE)
            continue;
        const struct btl_diag *diag =
            report_major_taken(plan, index, (enum btl_device_kind)kind, first);
        reason = reason != NULL ? reason : diag;
        *ret_taken = true;
    }
    return reason;
}

void plan_check_majors(struct btl_plan *plan)
{
    struct majors_taken taken;
    for (int kind = 0; kind < BTL_DEVICE_KINDS; kind++)
        for (int major = 0; major < BTL_MAJORS_MAX; major++)
            taken.owner[kind][major] = BTL_NONE;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        uint32_t index = plan->order[i];
        const struct btl_planned *module = &plan->modules[index];
        bool refused;
        if (module->verdict == BTL_FAILED)
            continue; // with one of its dependencies
        const struct btl_diag *reason = majors_find_taken(plan, index, &taken, &refused);
        if (refused)
            btl_plan_fail(plan, index, reason);
        for (int kind = 0; !refused && kind < BTL_DEVICE_KINDS; kind++)
            if (module->info->majors[kind] >= 0)
                taken.owner[kind][module->info->majors[kind]] = index;
    }
    btl_plan_compact(plan);
}
