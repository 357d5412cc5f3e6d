// SPDX-License-Identifier: BSD-2-Clause
// The values that loader.conf gives to tunables, by the rules in the module's file, as the kernel
// judges them before it stores them. A name that the module does not have is another rule's matter
// (plan_check.c).
#include "plan_state.h"

#include <btl/tunable.h>

bool btl_plan_check_values(const struct btl_plan *plan, uint32_t index, const struct btl_elf *file)
{
    const struct btl_planned *module = &plan->modules[index];
    const struct btl_module_config *config = module->config;
    bool good = true;
    for (size_t i = 0; config != NULL && i < config->tunable_count; i++) {
        const struct btl_tunable_setting *line = &config->tunables[i];
        struct btl_place place = btl_setting_place(plan->config, line->setting, module->name);
        struct btl_file_tunable found;
        if (btl_tunable_find(file, line->name, &found))
            good = btl_tunable_parse(&found.tunable, line->name, line->setting->value, NULL, place,
                                     plan->diags) &&
                   good;
    }
    return good;
}
