// SPDX-License-Identifier: BSD-2-Clause
// The step that opens a Linux kernel for the plan, and the command line.
#include <btl/linux_boot.h>
#include <btl/linux_command.h>
#include <btl/linux_kernel.h>

#include "attempt_private.h"

bool btl_attempt_is_linux(const struct btl_attempt *attempt)
{
    return attempt->kernel.kind == BTL_KERNEL_LINUX || attempt->kernel.kind == BTL_KERNEL_UKI;
}

// Read modules.builtin, in the directory of the kernel. The file may be missing.
static bool linux_read_builtin(struct btl_attempt *attempt, struct btl_linux_kernel *kernel)
{
    struct btl_str path = attempt->config.kernel;
    const struct btl_str parts[] = {btl_str_first(path, path.len - btl_base_name(path).len),
                                    BTL_STR(BTL_LINUX_BUILTIN_FILE)};
    struct btl_file_problem problem = {.code = BTL_CODES};
    path = btl_str_join(attempt->arena, parts, BTL_COUNT(parts));
    if (path.at == NULL)
        return btl_attempt_no_memory(attempt, "reading " BTL_LINUX_BUILTIN_FILE);
    const struct btl_boot_file *file =
        path.len > BTL_PATH_MAX ? NULL
                                : attempt_read_file(attempt, path, BTL_LINUX_BUILTIN_MAX, &problem);
    struct btl_place place = {.file = attempt_name(attempt, path)};
    if (problem.code == BTL_SEAL_MISMATCH || problem.code == BTL_SEAL_NOT_LISTED) {
        btl_file_report(attempt->diags, place, &problem);
        return false;
    }
    if (file == NULL)
        return true;
    struct btl_str text = {(const char *)file->bytes.at, file->bytes.size};
    return btl_linux_read_builtin(text, place, attempt->arena, &kernel->builtin, attempt->diags);
}

bool attempt_open_linux(struct btl_attempt *attempt)
{
    if (!btl_attempt_is_linux(attempt))
        return true;
    struct btl_linux_kernel *kernel = BTL_NEW(attempt->arena, struct btl_linux_kernel);
    if (kernel == NULL)
        return btl_attempt_no_memory(attempt, "reading modules");
    kernel->release = attempt->kernel.linux_image.release;
    attempt->kernel.info.linux_kernel = kernel;
    return attempt->config.module_count == 0 || linux_read_builtin(attempt, kernel);
}

uint32_t attempt_linux_watchdog(const struct btl_attempt *attempt)
{
    const struct btl_config *config = &attempt->config;
    if (btl_attempt_is_counted(attempt) && config->boot_timeout_given && config->boot_timeout != 0)
        return config->boot_timeout;
    return config->watchdog;
}

bool btl_attempt_needs_init(const struct btl_attempt *attempt)
{
    if (!btl_attempt_is_linux(attempt))
        return false;
    for (uint32_t i = 0; i < attempt->plan.module_count; i++)
        if (attempt->plan.modules[i].verdict == BTL_LOAD)
            return true;
    return attempt_linux_watchdog(attempt) != 0;
}

bool btl_attempt_gets_archive(const struct btl_attempt *attempt)
{
    if (attempt->kernel.kind != BTL_KERNEL_UKI)
        return btl_attempt_is_linux(attempt);
    return attempt->kernel.initrd_count > 0 || attempt->plan.order_count > 0 ||
           btl_attempt_needs_init(attempt);
}

struct btl_bytes btl_attempt_program(const struct btl_attempt *attempt)
{
    bool opened = attempt->kernel.kind == BTL_KERNEL_UKI && btl_attempt_gets_archive(attempt);
    return opened ? attempt->kernel.uki.kernel : attempt->kernel.file->bytes;
}

// With /btl/init, Linux mounts no root= of its own: the program that follows does.
void attempt_check_initrd(struct btl_attempt *attempt)
{
    const struct btl_attempt_kernel *kernel = &attempt->kernel;
    if (btl_attempt_needs_init(attempt) && kernel->initrd_count == 0 &&
        kernel->uki.initrd.size == 0)
        btl_report(attempt->diags, BTL_LINUX_NO_INITRD,
                   (struct btl_place){.file = attempt->config.file});
}

// Is the module to be kept out of the kernel, by whichever program loads it?
static bool linux_is_off(const struct btl_module_config *config)
{
    return config->load_no || config->blacklisted;
}

// Join the names of the modules that are off. A module that is built in is reported.
static struct btl_str linux_blacklist(struct btl_attempt *attempt)
{
    const struct btl_config *config = &attempt->config;
    const struct btl_linux_kernel *kernel = attempt->kernel.info.linux_kernel;
    struct btl_str *parts = BTL_NEW_ARRAY(attempt->arena, struct btl_str, 2 * config->module_count);
    size_t count = 0;
    for (size_t i = 0; parts != NULL && i < config->module_count; i++) {
        const struct btl_module_config *module = &config->modules[i];
        if (!linux_is_off(module))
            continue;
        if (btl_linux_has_built_in(kernel, module->name)) {
            btl_report(attempt->diags, BTL_PLAN_LINUX_STAYS,
                       btl_setting_place(config, module->load, module->name));
            continue;
        }
        if (count > 0)
            parts[count++] = BTL_STR(",");
        parts[count++] = module->name;
    }
    return parts == NULL ? (struct btl_str){NULL, 0} : btl_str_join(attempt->arena, parts, count);
}

bool btl_attempt_linux_command(struct btl_attempt *attempt, struct btl_str options,
                               struct btl_str *ret_text)
{
    uint32_t max = attempt->kernel.linux_image.command_line;
    struct btl_linux_command command = {
        .options = options,
        .blacklist = linux_blacklist(attempt),
        .init = btl_attempt_needs_init(attempt),
        .panic = btl_attempt_is_counted(attempt) ? BTL_LINUX_PANIC : 0,
    };
    struct btl_str text = btl_linux_command_text(&command, attempt->arena);
    if (command.blacklist.at == NULL || text.at == NULL)
        return btl_attempt_no_memory(attempt, "preparing the options of the kernel");
    if (max != 0 && text.len > max) {
        btl_report(attempt->diags, BTL_LINUX_COMMAND_LINE,
                   ((struct btl_place){.file = attempt->config.file}), BTL_DEC(text.len),
                   BTL_DEC(max));
        return false;
    }
    *ret_text = text;
    return true;
}
