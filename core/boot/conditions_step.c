// SPDX-License-Identifier: BSD-2-Clause
// Modules with a condition: NAME_kernel on the kernel's version, NAME_arch on the machine. A module
// whose condition is not met takes no part, unless another module depends on it.
#include <btl/condition.h>
#include <btl/linux_command.h>

#include "attempt_private.h"

static struct btl_str kernel_version(const struct btl_attempt *attempt)
{
    const struct btl_attempt_kernel *kernel = &attempt->kernel;
    return btl_kernel_kind_is_image(kernel->kind) ? kernel->linux_image.release
                                                  : kernel->info.version;
}

// The names of a machine are separated by blanks or commas; "x86_64" is "x86-64".
static bool arch_is_met(struct btl_str names, struct btl_str machine)
{
    struct btl_str name;
    while (btl_take_name(&names, &name))
        if (btl_linux_names_equal(name, machine))
            return true;
    return false;
}

static void condition_leave_out(struct btl_attempt *attempt, struct btl_module_config *module,
                                const struct btl_setting *setting, const char *what,
                                struct btl_str value)
{
    module->load_yes = false;
    module->left_out = true;
    btl_report(attempt->diags, BTL_BOOT_CONDITION,
               btl_setting_place(&attempt->config, setting, module->name), BTL_ARG(setting->value),
               BTL_ARG_Z(what), BTL_ARG(value.len > 0 ? value : BTL_STR("unknown")));
}

void attempt_judge_conditions(struct btl_attempt *attempt)
{
    struct btl_config *config = &attempt->config;
    struct btl_str version = kernel_version(attempt);
    for (size_t i = 0; i < config->module_count; i++) {
        struct btl_module_config *module = &config->modules[i];
        bool met = true;
        if (!module->load_yes || module->blacklisted ||
            (module->arch == NULL && module->kernel == NULL))
            continue;
        struct btl_str machine = btl_str_of(attempt->boot->machine->name);
        if (module->arch != NULL && !arch_is_met(module->arch->value, machine))
            condition_leave_out(attempt, module, module->arch, "the machine", machine);
        else if (module->kernel != NULL &&
                 (version.len == 0 || !btl_condition_judge(module->kernel->value, version, &met) ||
                  !met))
            condition_leave_out(attempt, module, module->kernel, "the kernel", version);
    }
}
