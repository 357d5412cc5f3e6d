// SPDX-License-Identifier: BSD-2-Clause
// Modules whose failure is ignored (on_error="ignore"), unless another module fails because of it.
#include "boot.h"

#include <btl/mem.h>

bool ignored_find(struct boot *boot)
{
    const struct btl_plan *plan = &boot->attempt.plan;
    struct ignored *ignored = &boot->res.ignored;
    ignored->before = boot->res.last_printed;
    ignored->states = BTL_NEW_ARRAY(boot->attempt.arena, enum ignored_state, plan->module_count);
    ignored->stack = BTL_NEW_ARRAY(boot->attempt.arena, uint32_t, plan->module_count);
    if (ignored->states == NULL || ignored->stack == NULL ||
        !btl_names_init(&ignored->names, plan->module_count, boot->attempt.arena))
        return false;
    for (uint32_t i = 0; i < plan->module_count; i++) {
        if (plan->modules[i].on_error == BTL_ON_ERROR_IGNORE)
            btl_names_number(&ignored->names, plan->modules[i].name);
    }
    return true;
}

// NULL: its failure is not ignored.
static enum ignored_state *ignored_find_state(const struct boot *boot, struct btl_str module)
{
    const struct ignored *ignored = &boot->res.ignored;
    uint32_t number = ignored->names.count > 0 ? btl_names_find(&ignored->names, module) : BTL_NONE;
    return number != BTL_NONE ? &ignored->states[number] : NULL;
}

// The failed ones that `first` needs, by way of others too. Each is entered once.
static bool uncover_below(struct boot *boot, uint32_t first)
{
    const struct btl_planned *modules = boot->attempt.plan.modules;
    uint32_t *stack = boot->res.ignored.stack, depth = 0;
    bool found = false;
    for (uint32_t index = first;; index = stack[--depth]) {
        for (uint32_t i = 0; i < modules[index].dependency_count; i++) {
            uint32_t below = modules[index].dependencies[i];
            enum ignored_state *state = ignored_find_state(boot, modules[below].name);
            if (modules[below].verdict != BTL_FAILED || state == NULL || *state != IGNORED_HIDDEN)
                continue;
            *state = IGNORED_FOUND;
            found = true;
            stack[depth++] = below;
        }
        if (depth == 0)
            return found;
    }
}

bool ignored_uncover(struct boot *boot)
{
    const struct btl_plan *plan = &boot->attempt.plan;
    bool found = false;
    if (!boot->attempt.planned || boot->res.ignored.names.count == 0)
        return false;
    for (uint32_t i = 0; i < plan->module_count; i++) {
        if (plan->modules[i].verdict == BTL_FAILED &&
            ignored_find_state(boot, plan->modules[i].name) == NULL)
            found |= uncover_below(boot, i);
    }
    return found;
}

void ignored_shown(struct boot *boot)
{
    struct ignored *ignored = &boot->res.ignored;
    for (uint32_t i = 0; i < ignored->names.count; i++) {
        if (ignored->states[i] == IGNORED_FOUND)
            ignored->states[i] = IGNORED_SHOWN;
    }
}

bool is_ignored(const struct boot *boot, struct btl_str module)
{
    const enum ignored_state *state = ignored_find_state(boot, module);
    return state != NULL && *state == IGNORED_HIDDEN;
}

bool is_hidden(const struct boot *boot, const struct btl_diag *diag)
{
    return btl_code_severity(diag->code) == BTL_ERROR && is_ignored(boot, diag->place.module);
}

bool is_uncovered(const struct boot *boot, const struct btl_diag *diag)
{
    const enum ignored_state *state = ignored_find_state(boot, diag->place.module);
    return btl_code_severity(diag->code) == BTL_ERROR && state != NULL && *state == IGNORED_FOUND;
}
