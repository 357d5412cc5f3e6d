// SPDX-License-Identifier: BSD-2-Clause
// Modules of Linux. Their kernel links them, so that BOOT1 is refused and interfaces do not apply;
// it takes a module only if that is built for it. '-' and '_' are one letter in their names.
#include <btl/linux_command.h>
#include <btl/linux_kernel.h>

#include "plan_state.h"

// Return the name with all '-' and '_' as `letter`. No bytes: no memory.
static struct btl_str plan_spell(struct btl_plan *plan, struct btl_str name, char letter)
{
    char *text = btl_alloc(plan->arena, name.len, 1);
    if (text == NULL) {
        plan_no_memory(plan);
        return (struct btl_str){NULL, 0};
    }
    for (size_t i = 0; i < name.len; i++)
        text[i] = name.at[i] == '-' || name.at[i] == '_' ? letter : name.at[i];
    return (struct btl_str){text, name.len};
}

struct btl_str plan_key(struct btl_plan *plan, struct btl_str name)
{
    if (plan_linux_kernel(plan) == NULL || btl_str_find(name, '-') == name.len)
        return name;
    struct btl_str key = plan_spell(plan, name, '_');
    return key.at != NULL ? key : name;
}

bool plan_names_equal(const struct btl_plan *plan, struct btl_str a, struct btl_str b)
{
    return plan_linux_kernel(plan) != NULL ? btl_linux_names_equal(a, b) : btl_str_equal(a, b);
}

// A file has the name of the module, or that with '_', or that with '-'.
bool plan_spell_next(struct btl_plan *plan, uint32_t index)
{
    static const char letters[] = {'_', '-'};
    struct plan_node *node = &plan->state->nodes[index];
    struct btl_str name = plan->modules[index].name;
    if (plan_linux_kernel(plan) == NULL)
        return false;
    while (node->spellings < BTL_COUNT(letters)) {
        node->spelling = plan_spell(plan, name, letters[node->spellings++]);
        if (node->spelling.at != NULL && !btl_str_equal(node->spelling, name))
            return true;
    }
    return false;
}

bool plan_is_in_linux(const struct btl_plan *plan, struct btl_str name)
{
    const struct btl_linux_kernel *kernel = plan_linux_kernel(plan);
    return kernel != NULL && btl_linux_has_built_in(kernel, name);
}

void plan_note_in_linux(struct btl_plan *plan, const struct btl_module_config *config)
{
    btl_report(plan->diags, BTL_PLAN_LINUX_BUILT_IN,
               btl_setting_place(plan->config, config->load, config->name), BTL_ARG(config->name));
}

// Return the reason why the kernel does not take the module, or NULL.
static const struct btl_diag *plan_refuse_linux(struct btl_plan *plan, uint32_t index)
{
    const struct btl_modinfo *info = plan->modules[index].info;
    const struct btl_linux_kernel *kernel = plan_linux_kernel(plan);
    struct btl_place place = plan_file_place(plan, index);
    struct btl_str release = btl_linux_release(info->vermagic);
    if (kernel == NULL && info->of_linux)
        return btl_report(plan->diags, BTL_PLAN_OF_LINUX, place, BTL_ARG(release));
    if (kernel != NULL && !info->of_linux)
        return btl_report(plan->diags, BTL_PLAN_NOT_OF_LINUX, place, BTL_ARG(kernel->release));
    if (kernel != NULL && kernel->release.len > 0 && !btl_str_equal(release, kernel->release))
        return btl_report(plan->diags, BTL_PLAN_VERMAGIC, place, BTL_ARG(release),
                          BTL_ARG(kernel->release));
    return NULL;
}

// Note soft dependencies ("pre: a b post: c") that are neither in the plan nor in the kernel.
static void plan_note_softdeps(struct btl_plan *plan, uint32_t index)
{
    const struct btl_planned *module = &plan->modules[index];
    for (size_t i = 0; i < module->info->softdep_count; i++) {
        struct btl_str rest = module->info->softdeps[i], word;
        while (btl_take_name(&rest, &word)) {
            if (btl_str_find(word, ':') < word.len || plan_is_in_linux(plan, word))
                continue;
            const uint32_t *known = plan_table_find(&plan->state->names, plan_key(plan, word), 0);
            if (known == NULL || *known >= PLAN_ONLY_CONFIG)
                btl_report(plan->diags, BTL_PLAN_SOFTDEP, plan_place(plan, index, NULL),
                           BTL_ARG(word));
        }
    }
}

void plan_check_linux(struct btl_plan *plan, uint32_t index)
{
    if (plan->kernel == NULL)
        return;
    const struct btl_diag *before = plan->diags->last;
    const struct btl_diag *reason = plan_refuse_linux(plan, index);
    if (plan->diags->last != before)
        plan_set_failed(plan, index, reason);
    else if (plan_is_configured(plan, index))
        plan_note_softdeps(plan, index);
}

static bool plan_has_parameter(const struct btl_modinfo *info, struct btl_str name)
{
    for (size_t i = 0; i < info->parm_count; i++)
        if (btl_linux_names_equal(info->parms[i].name, name))
            return true;
    return false;
}

void plan_check_parameters(struct btl_plan *plan, uint32_t index)
{
    const struct btl_planned *module = &plan->modules[index];
    const struct btl_module_config *config = module->config;
    for (size_t i = 0; config != NULL && i < config->tunable_count; i++) {
        const struct btl_tunable_setting *tunable = &config->tunables[i];
        struct btl_place place = btl_setting_place(plan->config, tunable->setting, module->name);
        if (!plan_has_parameter(module->info, tunable->name))
            plan_report_tunable(plan, index, tunable);
        if (btl_str_find(tunable->setting->value, '"') < tunable->setting->value.len)
            plan_set_failed(
                plan, index,
                btl_report(plan->diags, BTL_PLAN_LINUX_VALUE, place, BTL_ARG(tunable->name)));
    }
}
