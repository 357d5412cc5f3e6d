// SPDX-License-Identifier: BSD-2-Clause
// The configuration of a safe boot.
#include <btl/config.h>

// The last three are what somebody wrote down because the machine is no use without the module.
static bool is_needed(enum btl_on_error on_error)
{
    return on_error == BTL_ON_ERROR_FALLBACK || on_error == BTL_ON_ERROR_HALT ||
           on_error == BTL_ON_ERROR_REQUIRED;
}

void btl_config_safe(struct btl_config *config)
{
    for (size_t i = 0; i < config->module_count; i++) {
        struct btl_module_config *module = &config->modules[i];
        module->tunable_count = 0;
        if (!module->load_yes || is_needed(module->on_error))
            continue;
        module->load_yes = false; // but not off: what it depends on may be needed
        module->load = NULL;
        module->left_out = true;
    }
}
