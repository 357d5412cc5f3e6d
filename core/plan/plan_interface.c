// SPDX-License-Identifier: BSD-2-Clause
// Rule 11: the kernel, or a declared dependency, must provide each interface that a module needs,
// in a version that fits.
#include <btl/symtab.h>

#include "plan_state.h"

// The providers of interfaces, by name. by_version: the tag is the owner and the major number, the
// value the highest minor number. by_owner: the tag is the owner, the value an index into its
// `provides`. by_name: the value is a module that provides the name.
struct providers {
    struct plan_table by_version, by_owner, by_name;
};

static const struct btl_modinfo *provider_info(const struct btl_plan *plan, uint32_t owner)
{
    return owner == BTL_KERNEL ? plan->kernel : plan->modules[owner].info;
}

static uint64_t version_tag(uint32_t owner, uint32_t major)
{
    return (uint64_t)owner << 32 | major;
}

static bool add_provided_interfaces(struct providers *providers, uint32_t owner,
                                    const struct btl_modinfo *info)
{
    for (size_t i = 0; info != NULL && i < info->provide_count; i++) {
        const struct btl_interface *provided = &info->provides[i];
        uint32_t *minor = plan_table_add(&providers->by_version, provided->name,
                                         version_tag(owner, provided->major), provided->minor);
        if (minor == NULL || i >= BTL_NONE ||
            plan_table_add(&providers->by_owner, provided->name, owner, (uint32_t)i) == NULL)
            return false;
        if (*minor < provided->minor)
            *minor = provided->minor;
        if (owner != BTL_KERNEL &&
            plan_table_add(&providers->by_name, provided->name, 0, owner) == NULL)
            return false;
    }
    return true;
}

static bool add_all_interfaces(struct btl_plan *plan, struct providers *providers)
{
    if (!plan_table_init(&providers->by_version, 0, plan->arena) ||
        !plan_table_init(&providers->by_owner, 0, plan->arena) ||
        !plan_table_init(&providers->by_name, 0, plan->arena) ||
        !add_provided_interfaces(providers, BTL_KERNEL, plan->kernel))
        return false;
    for (uint32_t i = 0; i < plan->module_count; i++)
        if (!add_provided_interfaces(providers, i, plan->modules[i].info))
            return false;
    return true;
}

static bool provides_version(const struct providers *providers, uint32_t owner,
                             const struct btl_interface *need)
{
    const uint32_t *minor =
        plan_table_find(&providers->by_version, need->name, version_tag(owner, need->major));
    return minor != NULL && *minor >= need->minor;
}

// Return what `owner` provides under the needed name, in any version; or NULL.
static const struct btl_interface *find_provided(const struct btl_plan *plan,
                                                 const struct providers *providers, uint32_t owner,
                                                 const struct btl_interface *need)
{
    const uint32_t *at = plan_table_find(&providers->by_owner, need->name, owner);
    return at == NULL ? NULL : &provider_info(plan, owner)->provides[*at];
}

static struct btl_arg interface_arg(struct btl_plan *plan, const struct btl_interface *interface)
{
    size_t len =
        btl_format_to(NULL, 0, "%pS:%u.%u", &interface->name, interface->major, interface->minor);
    char *text = btl_alloc(plan->arena, len + 1, 1);
    if (text == NULL) {
        plan_no_memory(plan);
        return BTL_ARG(interface->name);
    }
    btl_format_to(text, len + 1, "%pS:%u.%u", &interface->name, interface->major, interface->minor);
    return BTL_ARG(((struct btl_str){text, len}));
}

static struct btl_arg provider_arg(const struct btl_plan *plan, uint32_t owner)
{
    return owner == BTL_KERNEL ? BTL_ARG_Z("the kernel") : BTL_ARG(plan->modules[owner].name);
}

// Report that neither the kernel nor a declared dependency provides that name.
static const struct btl_diag *report_interface_missing(struct btl_plan *plan,
                                                       const struct providers *providers,
                                                       uint32_t index,
                                                       const struct btl_interface *need)
{
    const uint32_t *other = plan_table_find(&providers->by_name, need->name, 0);
    struct btl_place place = plan_file_place(plan, index);
    struct btl_arg needed = interface_arg(plan, need);
    if (other == NULL || *other == index)
        return btl_report(plan->diags, BTL_PLAN_INTERFACE_MISSING, place, needed);
    return btl_report(plan->diags, BTL_PLAN_INTERFACE_UNDECLARED, place, needed,
                      provider_arg(plan, *other));
}

static void check_needed_interface(struct btl_plan *plan, const struct providers *providers,
                                   uint32_t index, const struct btl_interface *need)
{
    const struct btl_planned *module = &plan->modules[index];
    uint32_t unlike_owner = BTL_KERNEL;
    bool unknown = false; // a dependency without metadata might have provided it
    const struct btl_interface *unlike = find_provided(plan, providers, BTL_KERNEL, need);
    if (provides_version(providers, BTL_KERNEL, need))
        return;
    for (uint32_t i = 0; i < module->dependency_count; i++) {
        uint32_t owner = module->dependencies[i];
        if (provides_version(providers, owner, need))
            return;
        unknown |= plan->modules[owner].info == NULL;
        if (unlike != NULL)
            continue;
        unlike = find_provided(plan, providers, owner, need);
        unlike_owner = owner;
    }
    // The module fails with that dependency anyway; that is the true reason.
    if (unknown)
        return;
    if (unlike == NULL)
        plan_set_failed(plan, index, report_interface_missing(plan, providers, index, need));
    else
        plan_set_failed(plan, index,
                        btl_report(plan->diags, BTL_PLAN_INTERFACE_VERSION,
                                   plan_file_place(plan, index), interface_arg(plan, need),
                                   provider_arg(plan, unlike_owner), interface_arg(plan, unlike)));
}

void plan_check_interfaces(struct btl_plan *plan)
{
    struct providers providers;
    if (!add_all_interfaces(plan, &providers)) {
        plan_no_memory(plan);
        return;
    }
    for (uint32_t i = 0; i < plan->module_count; i++) {
        const struct btl_modinfo *info = plan->modules[i].info;
        if (info != NULL && info->need_count > BTL_PLAN_NEEDS_MAX) {
            plan_set_failed(plan, i,
                            btl_report(plan->diags, BTL_PLAN_TOO_MANY_NEEDS,
                                       plan_file_place(plan, i), BTL_DEC(info->need_count),
                                       BTL_DEC(BTL_PLAN_NEEDS_MAX)));
            continue;
        }
        for (size_t j = 0; info != NULL && j < info->need_count; j++)
            check_needed_interface(plan, &providers, i, &info->needs[j]);
    }
}
