// SPDX-License-Identifier: BSD-2-Clause
// Rule 11 for symbols: a module may use what the kernel and its declared dependencies export.
#include <btl/link.h>
#include <btl/plan.h>

#include "plan_state.h"

static bool plan_allows_owner(const struct btl_scope *scope, uint32_t owner)
{
    const struct btl_plan *plan = scope->caller;
    if (owner == BTL_KERNEL)
        return true;
    return owner < plan->module_count && plan->state->nodes[owner].mark == plan->state->stamp;
}

static struct btl_str plan_owner_name(const struct btl_scope *scope, uint32_t owner)
{
    const struct btl_plan *plan = scope->caller;
    if (owner == BTL_KERNEL)
        return BTL_STR("the kernel");
    return owner < plan->module_count ? plan->modules[owner].name : BTL_STR("?");
}

void btl_plan_scope(struct btl_plan *plan, uint32_t module, const struct btl_symtab *symtab,
                    struct btl_scope *ret_scope)
{
    const struct btl_planned *planned = &plan->modules[module];
    uint32_t stamp = plan_new_stamp(plan);
    for (uint32_t i = 0; i < planned->dependency_count; i++)
        plan->state->nodes[planned->dependencies[i]].mark = stamp;
    *ret_scope = (struct btl_scope){.symtab = symtab,
                                    .allowed = plan_allows_owner,
                                    .owner_name = plan_owner_name,
                                    .caller = plan};
}
