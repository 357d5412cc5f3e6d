// SPDX-License-Identifier: BSD-2-Clause
// Messages about modules that fail because of others, and about settings without effect.
#include "plan_state.h"

static uint32_t find_blacklist_line(const struct btl_plan *plan)
{
    for (size_t i = plan->config->setting_count; i > 0; i--)
        if (btl_str_equal(plan->config->settings[i - 1].key, BTL_STR("module_blacklist")))
            return plan->config->settings[i - 1].line;
    return 0;
}

static const struct btl_diag *report_dependency_off(struct btl_plan *plan, struct btl_place place,
                                                    uint32_t dependency)
{
    const struct btl_planned *module = &plan->modules[dependency];
    if (!module->config->blacklisted)
        return btl_report(plan->diags, BTL_PLAN_DEPENDENCY_OFF, place, BTL_ARG(module->name),
                          BTL_DEC(module->config->load->line));
    if (plan->state->blacklist_line == 0)
        plan->state->blacklist_line = find_blacklist_line(plan);
    return btl_report(plan->diags, BTL_PLAN_DEPENDENCY_BLACKLISTED, place, BTL_ARG(module->name),
                      BTL_DEC(plan->state->blacklist_line));
}

// Report why `dependency` keeps others from being loaded in `phase`: its own verdict, or one of its
// dependencies.
static const struct btl_diag *report_dependency(struct btl_plan *plan, struct btl_place place,
                                                uint32_t dependency, enum btl_phase phase)
{
    uint32_t culprit = plan->state->nodes[dependency].culprit;
    struct btl_arg name = BTL_ARG(plan->modules[dependency].name);
    if (plan->modules[dependency].verdict == BTL_OFF)
        return report_dependency_off(plan, place, dependency);
    // A dependency that is off or has failed fails its dependents, now or later.
    if (plan->modules[dependency].verdict == BTL_FAILED ||
        plan->modules[culprit].verdict != BTL_PENDING)
        return btl_report(plan->diags, BTL_PLAN_DEPENDENCY_FAILED, place, name);
    struct btl_arg supported = BTL_ARG(plan_supported_text(plan, culprit));
    struct btl_arg in = BTL_ARG_Z(btl_phase_name(phase));
    if (culprit == dependency)
        return btl_report(plan->diags, BTL_PLAN_DEPENDENCY_PHASE, place, name, in, supported);
    return btl_report(plan->diags, BTL_PLAN_DEPENDENCY_PHASE_THROUGH, place, name, in, supported,
                      BTL_ARG(plan->modules[culprit].name));
}

void plan_report_dependencies(struct btl_plan *plan, uint32_t index, enum btl_phase phase)
{
    const struct btl_planned *module = &plan->modules[index];
    const struct btl_setting *setting = module->config != NULL ? module->config->phase : NULL;
    struct btl_place place =
        plan_place(plan, index, plan_is_configured(plan, index) ? setting : NULL);
    for (uint32_t i = 0; i < module->dependency_count; i++) {
        uint32_t dependency = module->dependencies[i];
        if (plan->state->nodes[dependency].culprit != BTL_NONE)
            plan_set_failed(plan, index, report_dependency(plan, place, dependency, phase));
    }
}

#define HINTS_MAX 16 // modules for which the nearest name is looked for

// What to do about a line of a module that is not loaded.
static struct btl_str idle_advice(const struct btl_plan *plan, struct btl_str name, bool hint)
{
    struct btl_str *names = BTL_NEW_ARRAY(plan->arena, struct btl_str, plan->module_count);
    struct btl_str nearest = {NULL, 0};
    for (uint32_t i = 0; hint && names != NULL && i < plan->module_count; i++)
        names[i] = plan->modules[i].name;
    if (hint && names != NULL)
        nearest = btl_nearest(name, names, plan->module_count);
    const struct btl_str near[] = {BTL_STR("correct the name, for example to "), nearest};
    const struct btl_str add[] = {BTL_STR("add "), name,
                                  BTL_STR("_load=\"YES\", or remove the line")};
    struct btl_str text = nearest.len > 0 ? btl_str_join(plan->arena, near, BTL_COUNT(near))
                                          : btl_str_join(plan->arena, add, BTL_COUNT(add));
    return text.at != NULL ? text : BTL_STR("correct the name");
}

// The usual cause is a misspelt name, which no other message reports.
void plan_report_idle(struct btl_plan *plan)
{
    const struct btl_config *config = plan->config;
    uint32_t reported = 0;
    for (size_t i = 0; i < config->module_count; i++) {
        const struct btl_module_config *module = &config->modules[i];
        const uint32_t *known =
            plan_table_find(&plan->state->names, plan_key(plan, module->name), 0);
        if (module->load == NULL && !module->left_out && !module->blacklisted &&
            module->first != NULL && known != NULL && *known >= PLAN_ONLY_CONFIG)
            btl_report(plan->diags, BTL_PLAN_IDLE,
                       btl_setting_place(config, module->first, module->name),
                       BTL_ARG(module->name),
                       BTL_ARG(idle_advice(plan, module->name, reported++ < HINTS_MAX)));
    }
}
