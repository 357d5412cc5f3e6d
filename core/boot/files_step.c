// SPDX-License-Identifier: BSD-2-Clause
// The files beside the kernel: initrds of a Linux kernel, and files that every kernel gets as they
// are.
#include "attempt_private.h"

static const struct btl_boot_file *files_read_path(struct btl_attempt *attempt, struct btl_str path,
                                                   const struct btl_setting *setting)
{
    struct btl_file_problem problem;
    const struct btl_boot_file *file = attempt_read_file(attempt, path, BTL_ELF_FILE_MAX, &problem);
    if (file == NULL) {
        btl_file_report(attempt->diags, (struct btl_place){.file = attempt_name(attempt, path)},
                        &problem);
        btl_report(attempt->diags, BTL_BOOT_FILE_LINE,
                   btl_setting_place(&attempt->config, setting, (struct btl_str){NULL, 0}),
                   BTL_ARG(setting->key), BTL_ARG(path));
        return NULL;
    }
    attempt_event_read(attempt, BTLM_EVENT_KERNEL_READ, BTL_NONE, file);
    return file;
}

static void files_report_unused(struct btl_attempt *attempt, const struct btl_setting *setting)
{
    btl_report(attempt->diags, BTL_BOOT_FILE_UNUSED,
               btl_setting_place(&attempt->config, setting, (struct btl_str){NULL, 0}),
               BTL_ARG(setting->key), BTL_ARG_Z(btl_kernel_kind_text(attempt->kernel.kind)));
}

// Initrds are for Linux alone.
static bool files_take_initrds(struct btl_attempt *attempt)
{
    enum btl_kernel_kind kind = attempt->kernel.kind;
    if (attempt->config.initrd.len == 0)
        return false;
    if (kind == BTL_KERNEL_LINUX || kind == BTL_KERNEL_UKI)
        return true;
    files_report_unused(attempt, attempt->config.initrd_setting);
    return false;
}

static bool files_read_initrds(struct btl_attempt *attempt)
{
    struct btl_attempt_kernel *kernel = &attempt->kernel;
    struct btl_str rest = attempt->config.initrd, path;
    size_t count = 1;
    if (!files_take_initrds(attempt))
        return true;
    for (size_t i = 0; i < rest.len; i++)
        count += rest.at[i] == ';';
    kernel->initrds = BTL_NEW_ARRAY(attempt->arena, const struct btl_boot_file *, count);
    if (kernel->initrds == NULL)
        return btl_attempt_no_memory(attempt, "reading initrds");
    while (btl_take_part(&rest, ';', &path)) {
        const struct btl_boot_file *file =
            files_read_path(attempt, path, attempt->config.initrd_setting);
        if (file == NULL)
            return false;
        kernel->initrds[kernel->initrd_count++] = file;
    }
    return true;
}

bool attempt_read_files(struct btl_attempt *attempt)
{
    const struct btl_config *config = &attempt->config;
    if (!files_read_initrds(attempt))
        return false;
    attempt->raw_files =
        BTL_NEW_ARRAY(attempt->arena, struct btl_attempt_raw_file, config->raw_file_count);
    if (attempt->raw_files == NULL)
        return btl_attempt_no_memory(attempt, "reading files for the kernel");
    for (size_t i = 0; i < config->raw_file_count; i++) {
        const struct btl_raw_file_setting *raw = &config->raw_files[i];
        if (btl_kernel_kind_is_image(attempt->kernel.kind)) { // cannot get it
            files_report_unused(attempt, raw->setting);
            continue;
        }
        const struct btl_boot_file *file =
            files_read_path(attempt, raw->setting->value, raw->setting);
        if (file == NULL)
            return false;
        attempt->raw_files[attempt->raw_file_count++] =
            (struct btl_attempt_raw_file){raw->name, file};
    }
    return true;
}
