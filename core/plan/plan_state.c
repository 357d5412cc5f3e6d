// SPDX-License-Identifier: BSD-2-Clause
// What every step of the planner uses: out of memory, places and texts for messages.
#include "plan_state.h"

void plan_no_memory(struct btl_plan *plan)
{
    if (plan->state != NULL) {
        if (plan->state->out_of_memory)
            return;
        plan->state->out_of_memory = true;
    }
    btl_report(plan->diags, BTL_NO_MEMORY, (struct btl_place){0}, BTL_ARG_Z("planning"));
}

struct btl_place plan_file_place(const struct btl_plan *plan, uint32_t index)
{
    const struct btl_planned *module = &plan->modules[index];
    return (struct btl_place){.file = module->path, .module = module->name};
}

struct btl_place plan_place(const struct btl_plan *plan, uint32_t index,
                            const struct btl_setting *setting)
{
    const struct btl_planned *module = &plan->modules[index];
    if (module->config == NULL)
        return plan_file_place(plan, index);
    if (setting == NULL)
        setting = module->config->load != NULL ? module->config->load : module->config->first;
    if (setting == NULL)
        return plan_file_place(plan, index); // loader.conf has no line of the module
    return btl_setting_place(plan->config, setting, module->name);
}

const struct btl_diag *plan_report_unusable(struct btl_plan *plan, uint32_t index)
{
    return btl_report(plan->diags, BTL_PLAN_MODULE_UNUSABLE, plan_place(plan, index, NULL),
                      BTL_ARG(plan->modules[index].path));
}

struct btl_str plan_keep_text(struct btl_plan *plan, struct btl_str text)
{
    struct btl_str kept = btl_str_copy(plan->arena, text);
    if (kept.at == NULL)
        plan_no_memory(plan);
    return kept;
}

struct btl_str plan_supported_text(struct btl_plan *plan, uint32_t index)
{
    char text[16];
    size_t len = btl_supported_text(plan->modules[index].info->supported, text);
    return plan_keep_text(plan, (struct btl_str){text, len});
}
