// SPDX-License-Identifier: BSD-2-Clause
// The planner's second half: which module is loaded in which phase, and in which order.
//
// The phases are planned in the order of time. A module can be loaded in a phase if it was loaded
// before, or if it supports the phase and all its dependencies can be loaded in it. This is found
// for all modules first, dependencies before dependents. Then each module that is configured for
// the phase is placed after those of its dependencies that have no place yet, or fails.
#include "plan_state.h"

#include <btl/assert.h>

// Return the module that keeps `index` from being loaded in the phase, or BTL_NONE. The culprits of
// its dependencies are known.
static uint32_t order_culprit_of(const struct btl_plan *plan, uint32_t index, enum btl_phase phase)
{
    const struct btl_planned *module = &plan->modules[index];
    if (module->verdict == BTL_LOAD)
        return BTL_NONE;
    if (module->verdict != BTL_PENDING || (module->info->supported & btl_phase_needs(phase)) == 0)
        return index;
    for (uint32_t i = 0; i < module->dependency_count; i++) {
        uint32_t culprit = plan->state->nodes[module->dependencies[i]].culprit;
        if (culprit != BTL_NONE)
            return culprit;
    }
    return BTL_NONE;
}

static void order_find_culprits(struct btl_plan *plan, enum btl_phase phase)
{
    const struct btl_plan_state *state = plan->state;
    for (uint32_t i = 0; i < plan->module_count; i++)
        state->nodes[state->topology[i]].culprit =
            order_culprit_of(plan, state->topology[i], phase);
}

static void order_append(struct btl_plan *plan, uint32_t index, enum btl_phase phase)
{
    plan->modules[index].phase = phase;
    plan->modules[index].verdict = phase == BTL_PHASE_AUTO ? BTL_READY : BTL_LOAD;
    BTL_ASSERT(plan->order_count < plan->module_count);
    plan->order[plan->order_count++] = index;
}

static void order_push(struct btl_plan *plan, uint32_t *depth, uint32_t index)
{
    BTL_ASSERT(*depth < plan->module_count); // no module is on the stack twice
    plan->state->nodes[index].cursor = 0;
    plan->state->stack[(*depth)++] = index;
}

// Append the dependencies of `root` that have no place yet, in declared order, then `root`.
static void order_place_module(struct btl_plan *plan, uint32_t root, enum btl_phase phase)
{
    struct btl_plan_state *state = plan->state;
    uint32_t depth = 0;
    order_push(plan, &depth, root);
    while (depth > 0) {
        uint32_t index = state->stack[depth - 1];
        const struct btl_planned *module = &plan->modules[index];
        if (state->nodes[index].cursor == module->dependency_count) {
            order_append(plan, index, phase);
            depth--;
            continue;
        }
        uint32_t next = module->dependencies[state->nodes[index].cursor++];
        if (plan->modules[next].verdict != BTL_PENDING)
            continue;
        if (plan->modules[next].configured > phase)
            plan->modules[next].pulled_by = index;
        order_push(plan, &depth, next);
    }
}

// Report a dependency that no module pulled and that cannot be loaded on demand (rule 13).
static void order_report_never_pulled(struct btl_plan *plan, uint32_t index)
{
    plan_set_failed(plan, index,
                    btl_report(plan->diags, BTL_PLAN_NEVER_PULLED, plan_file_place(plan, index),
                               BTL_ARG(plan_supported_text(plan, index))));
}

static void plan_phase(struct btl_plan *plan, enum btl_phase phase)
{
    order_find_culprits(plan, phase);
    for (uint32_t i = 0; i < plan->module_count; i++) {
        if (plan->modules[i].verdict != BTL_PENDING || plan->modules[i].configured != phase)
            continue;
        uint32_t culprit = plan->state->nodes[i].culprit;
        if (culprit == BTL_NONE)
            order_place_module(plan, i, phase);
        else if (culprit == i)
            order_report_never_pulled(plan, i);
        else
            plan_report_dependencies(plan, i, phase);
    }
}

static bool order_allocate(struct btl_plan *plan)
{
    struct btl_plan_state *state = plan->state;
    uint32_t count = plan->module_count;
    state->topology = BTL_NEW_ARRAY(plan->arena, uint32_t, count);
    state->stack = BTL_NEW_ARRAY(plan->arena, uint32_t, count);
    state->open = BTL_NEW_ARRAY(plan->arena, uint32_t, count);
    plan->order = BTL_NEW_ARRAY(plan->arena, uint32_t, count);
    return state->topology != NULL && state->stack != NULL && state->open != NULL &&
           plan->order != NULL && plan_find_dependents(plan);
}

// Fail every module: without memory the plan may be incomplete.
static void plan_fail_all(struct btl_plan *plan)
{
    plan->order_count = 0;
    for (uint32_t i = 0; i < plan->module_count; i++)
        if (plan->modules[i].verdict != BTL_OFF)
            plan_set_failed(plan, i, NULL);
}

bool btl_plan_order(struct btl_plan *plan)
{
    struct btl_plan_state *state = plan->state;
    if (state == NULL)
        return false;
    if (state->ordered)
        return state->failed == 0;
    state->ordered = true;
    if (!state->out_of_memory && !order_allocate(plan))
        plan_no_memory(plan);
    if (!state->out_of_memory) {
        plan_check_modules(plan);
        plan_check_interfaces(plan);
        plan_find_cycles(plan);
        for (int phase = 0; phase < BTL_PHASES; phase++)
            plan_phase(plan, phase);
        plan_check_majors(plan);
        plan_report_idle(plan);
    }
    if (state->out_of_memory)
        plan_fail_all(plan);
    return state->failed == 0;
}
