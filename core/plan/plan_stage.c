// SPDX-License-Identifier: BSD-2-Clause
// Which files the kernel gets in memory, and which it reads itself.
#include <btl/plan.h>

static bool provides_file_system(const struct btl_modinfo *info)
{
    for (size_t i = 0; i < info->provide_count; i++)
        if (btl_str_equal(info->provides[i].name, BTL_STR("fs")))
            return true;
    return false;
}

static bool drives_controller(const struct btl_modinfo *info, struct btl_str controller)
{
    for (size_t i = 0; i < info->alias_count; i++)
        if (btl_alias_match(info->aliases[i], controller))
            return true;
    return false;
}

bool btl_plan_stages_all(const struct btl_plan *plan, struct btl_str controller)
{
    bool files = false, driver = false;
    if (plan->config->stage != BTL_STAGE_AUTO)
        return plan->config->stage == BTL_STAGE_ALL;
    for (uint32_t i = 0; i < plan->module_count; i++) {
        const struct btl_planned *module = &plan->modules[i];
        if (module->verdict != BTL_LOAD || module->phase > BTL_PHASE_BOOT2)
            continue;
        files |= provides_file_system(module->info);
        driver |= controller.len > 0 && drives_controller(module->info, controller);
    }
    return !files || !driver;
}
