// SPDX-License-Identifier: BSD-2-Clause
// The rules that look at one module alone: its phases (rule 1), its type (rule 5), its tunables.
#include "plan_state.h"

// More tunables than that of one module are not compared to find the nearest for a message.
#define NEAREST_MAX 64

// The phases that may be configured with these supported ones: "BOOT1, INIT or AUTO".
static struct btl_str plan_choices_text(struct btl_plan *plan, uint8_t supported)
{
    char text[64];
    size_t len = 0, left = 0;
    for (int phase = 0; phase < BTL_PHASES; phase++)
        left += (supported & btl_phase_needs(phase)) != 0;
    for (int phase = 0; phase < BTL_PHASES; phase++) {
        if ((supported & btl_phase_needs(phase)) == 0)
            continue;
        left--;
        len += btl_format_to(text + len, sizeof(text) - len, "%s%s", btl_phase_name(phase),
                             left > 1    ? ", "
                             : left == 1 ? " or "
                                         : "");
    }
    return plan_keep_text(plan, (struct btl_str){text, len});
}

// Check rule 1. A dependency without a line in loader.conf has no configured phase to check.
static void plan_check_phase(struct btl_plan *plan, uint32_t index)
{
    const struct btl_planned *module = &plan->modules[index];
    uint8_t supported = module->info->supported;
    if (!plan_is_configured(plan, index) || supported & btl_phase_needs(module->configured))
        return;
    const struct btl_diag *reason;
    if (module->info->of_linux && module->configured == BTL_PHASE_BOOT1)
        reason = btl_report(plan->diags, BTL_PLAN_LINUX_BOOT1,
                            plan_place(plan, index, module->config->phase), BTL_ARG(module->name));
    else if ((supported & (BTL_SUPPORTS_BOOT1 | BTL_SUPPORTS_BOOT2 | BTL_SUPPORTS_RUN)) == 0)
        reason = btl_report(plan->diags, BTL_PLAN_NO_PHASE, plan_file_place(plan, index));
    else
        reason = btl_report(plan->diags, BTL_PLAN_PHASE_UNSUPPORTED,
                            plan_place(plan, index, module->config->phase),
                            BTL_ARG_Z(btl_phase_name(module->configured)),
                            BTL_ARG(plan_supported_text(plan, index)), BTL_ARG(module->name),
                            BTL_ARG(plan_choices_text(plan, supported)));
    plan_set_failed(plan, index, reason);
}

// Rule 5, when it is registered: in phase 1 the services of the other types do not exist yet.
static void plan_check_type(struct btl_plan *plan, uint32_t index)
{
    const struct btl_planned *module = &plan->modules[index];
    if (module->registered != BTL_PHASE_BOOT1 || module->info->type == BTL_TYPE_MISC)
        return;
    plan_set_failed(plan, index,
                    btl_report(plan->diags, BTL_PLAN_TYPE_IN_PHASE1, plan_file_place(plan, index),
                               BTL_ARG_Z(btl_type_name(module->info->type))));
}

void plan_report_tunable(struct btl_plan *plan, uint32_t index,
                         const struct btl_tunable_setting *tunable)
{
    const struct btl_planned *module = &plan->modules[index];
    struct btl_place place = btl_setting_place(plan->config, tunable->setting, module->name);
    const struct btl_parm *parms = module->info->parms;
    size_t count = module->info->parm_count;
    struct btl_str known[NEAREST_MAX];
    if (count == 0) {
        btl_report(plan->diags, BTL_PLAN_NO_TUNABLES, place, BTL_ARG(tunable->name));
        return;
    }
    if (count > NEAREST_MAX)
        count = NEAREST_MAX;
    for (size_t i = 0; i < count; i++)
        known[i] = parms[i].name;
    struct btl_str nearest = btl_nearest(tunable->name, known, count);
    btl_report(plan->diags, BTL_PLAN_UNKNOWN_TUNABLE, place, BTL_ARG(tunable->name),
               BTL_ARG(nearest.len > 0 ? nearest : known[0]));
}

// Tunables that loader.conf sets must be among those that the module declares.
static void plan_check_tunables(struct btl_plan *plan, uint32_t index)
{
    const struct btl_planned *module = &plan->modules[index];
    const struct btl_module_config *config = module->config;
    struct plan_table parms;
    if (config == NULL || config->tunable_count == 0)
        return;
    bool memory = plan_table_init(&parms, module->info->parm_count, plan->arena);
    for (size_t i = 0; memory && i < module->info->parm_count; i++)
        memory = plan_table_add(&parms, module->info->parms[i].name, 0, 0) != NULL;
    if (!memory) {
        plan_no_memory(plan);
        return;
    }
    for (size_t i = 0; i < config->tunable_count; i++)
        if (plan_table_find(&parms, config->tunables[i].name, 0) == NULL)
            plan_report_tunable(plan, index, &config->tunables[i]);
}

void plan_check_modules(struct btl_plan *plan)
{
    for (uint32_t i = 0; i < plan->module_count; i++) {
        const struct btl_planned *module = &plan->modules[i];
        if (module->verdict == BTL_PENDING && module->info == NULL)
            plan_set_failed(plan, i, plan_report_unusable(plan, i)); // the caller never answered
        if (module->info == NULL)
            continue;
        plan_check_linux(plan, i);
        plan_check_phase(plan, i);
        plan_check_type(plan, i);
        if (module->info->of_linux)
            plan_check_parameters(plan, i);
        else
            plan_check_tunables(plan, i);
    }
}
