// SPDX-License-Identifier: BSD-2-Clause
// Modules that fail, and the modules that depend on them.
#include <btl/plan.h>

#include "plan_state.h"

#include <btl/assert.h>

void plan_set_failed(struct btl_plan *plan, uint32_t index, const struct btl_diag *reason)
{
    struct btl_planned *module = &plan->modules[index];
    if (module->verdict != BTL_FAILED)
        plan->state->failed++;
    module->verdict = BTL_FAILED;
    if (module->reason == NULL)
        module->reason = reason;
}

// Turn the arrays of dependencies around: list for each module the modules that depend on it, in
// ascending order.
bool plan_find_dependents(struct btl_plan *plan)
{
    struct btl_plan_state *state = plan->state;
    uint32_t count = plan->module_count;
    uint64_t edges = 0;
    uint32_t *first = BTL_NEW_ARRAY(plan->arena, uint32_t, (size_t)count + 2);
    if (first == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        edges += plan->modules[i].dependency_count;
        for (uint32_t j = 0; j < plan->modules[i].dependency_count; j++)
            first[plan->modules[i].dependencies[j] + 2]++;
    }
    state->dependents = BTL_NEW_ARRAY(plan->arena, uint32_t, edges);
    if (state->dependents == NULL || edges > UINT32_MAX)
        return false;
    for (uint32_t i = 0; i < count; i++)
        first[i + 2] += first[i + 1];
    // first[i + 1] is where the part of i begins; filling it moves that to where it ends, which is
    // where the part of i + 1 begins.
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < plan->modules[i].dependency_count; j++)
            state->dependents[first[plan->modules[i].dependencies[j] + 1]++] = i;
    state->first_dependent = first;
    return true;
}

static bool plan_is_planned(const struct btl_planned *module)
{
    return module->verdict == BTL_LOAD || module->verdict == BTL_READY;
}

// Fail every module that depends on the failed one, directly or through others.
static void plan_fail_dependents(struct btl_plan *plan, uint32_t index)
{
    const struct btl_plan_state *state = plan->state;
    uint32_t depth = 0;
    state->stack[depth++] = index;
    while (depth > 0) {
        uint32_t failed = state->stack[--depth];
        for (uint32_t i = state->first_dependent[failed]; i < state->first_dependent[failed + 1];
             i++) {
            uint32_t dependent = state->dependents[i];
            if (!plan_is_planned(&plan->modules[dependent]))
                continue;
            plan_set_failed(plan, dependent,
                            btl_report(plan->diags, BTL_PLAN_DEPENDENCY_FAILED,
                                       plan_place(plan, dependent, NULL),
                                       BTL_ARG(plan->modules[failed].name)));
            state->stack[depth++] = dependent;
        }
    }
}

void btl_plan_fail(struct btl_plan *plan, uint32_t index, const struct btl_diag *reason)
{
    const struct btl_planned *module = &plan->modules[index];
    if (module->verdict != BTL_PENDING && !plan_is_planned(module))
        return;
    if (reason == NULL)
        reason = plan_report_unusable(plan, index);
    plan_set_failed(plan, index, reason);
    if (plan->state->ordered)
        plan_fail_dependents(plan, index);
}

void btl_plan_compact(struct btl_plan *plan)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plan->order_count; i++)
        if (plan_is_planned(&plan->modules[plan->order[i]]))
            plan->order[kept++] = plan->order[i];
    plan->order_count = kept;
}

enum btl_failure_action btl_plan_action(const struct btl_plan *plan, bool fallback,
                                        uint32_t *ret_index)
{
    enum btl_failure_action strongest = BTL_GO_ON_SILENTLY;
    uint32_t first = BTL_NONE;
    for (uint32_t i = 0; i < plan->module_count; i++) {
        const struct btl_planned *module = &plan->modules[i];
        enum btl_failure_action action = btl_on_error_action(module->on_error, fallback);
        if (module->verdict != BTL_FAILED && module->verdict != BTL_OFF)
            continue;
        if (first != BTL_NONE && action <= strongest)
            continue;
        strongest = action;
        first = i;
    }
    *ret_index = first;
    return strongest;
}

bool btl_plan_check_required(const struct btl_plan *plan, bool fallback)
{
    uint32_t index;
    enum btl_failure_action action = btl_plan_action(plan, fallback, &index);
    if (action < BTL_FALL_BACK)
        return true;
    const struct btl_planned *module = &plan->modules[index];
    const struct btl_module_config *config = module->config;
    BTL_ASSERT(config != NULL); // the default level is warn: loader.conf sets another one
    const struct btl_setting *setting =
        config->on_error_setting != NULL ? config->on_error_setting : config->required;
    btl_report(plan->diags, action == BTL_STOP ? BTL_BOOT_REQUIRED : BTL_BOOT_GIVEN_UP,
               btl_setting_place(plan->config, setting, module->name), BTL_ARG(module->name),
               BTL_ARG(setting->key), BTL_ARG(setting->value));
    return false;
}

const char *btl_verdict_name(enum btl_verdict verdict)
{
    static const char *const names[] = {
        [BTL_PENDING] = "pending", [BTL_LOAD] = "load",     [BTL_READY] = "ready",
        [BTL_OFF] = "off",         [BTL_FAILED] = "failed",
    };
    return (size_t)verdict < BTL_COUNT(names) ? names[verdict] : "?";
}
