// SPDX-License-Identifier: BSD-2-Clause
// The configuration of a safe boot.
#include <btl/config.h>

void btl_config_safe(struct btl_config *config)
{
    for (size_t i = 0; i < config->module_count; i++) {
        struct btl_module_config *module = &config->modules[i];
        module->tunable_count = 0;
        if (!module->load_yes || btl_on_error_is_vital(module->on_error))
            continue;
        module->load_yes = false; // but not off: what it depends on may be needed
        module->load = NULL;
        module->left_out = true;
    }
}
