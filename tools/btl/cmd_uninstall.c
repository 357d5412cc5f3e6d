// SPDX-License-Identifier: BSD-2-Clause
// btl uninstall: undo btl install, in the reverse order. Configurations and kernels stay.
#include <stdio.h>

#include "install/esp.h"
#include "install/loader_file.h"
#include "install/target.h"
#include "report.h"

// Remove a number from a list of the firmware.
static bool uninstall_from_list(struct target *target, const char *name, uint16_t number)
{
    struct boot_numbers numbers = boot_numbers_read(&target->variables, name);
    if (boot_numbers_find(&numbers, number) == numbers.count)
        return true;
    boot_numbers_remove(&numbers, number);
    if (!target->print && !boot_numbers_write(&target->variables, name, &numbers))
        return false;
    own_entry_print_list(target->host->arena, name, &numbers,
                         target->print ? "would be written" : "written");
    return true;
}

static bool uninstall_entry(struct target *target, uint16_t number, const struct own_entry *entry)
{
    struct btl_out out = out_to(stdout);
    const char *name = own_entry_name(target->host->arena, number);
    struct btl_str text = own_entry_text(target->host->arena, entry);
    if (!uninstall_from_list(target, "BootNext", number) ||
        !uninstall_from_list(target, "BootOrder", number) ||
        (!target->print && !variables_delete_firmware(&target->variables, name)))
        return false;
    btl_format(&out, "%s: %pS: %s\n", name, &text, target->print ? "would be deleted" : "deleted");
    return true;
}

static bool uninstall_entries(struct target *target, struct btl_str path, size_t *count)
{
    struct own_entry entry = {.path = path};
    struct boot_numbers present = boot_numbers_present(&target->variables);
    if (present.count == 0)
        return true;
    if (!target_find_partition(target, &entry.partition))
        return false;
    size_t at = own_entry_find(&target->variables, &present, 0, &entry);
    for (; at < present.count; at = own_entry_find(&target->variables, &present, at + 1, &entry)) {
        if (!uninstall_entry(target, present.at[at], &entry))
            return false;
        (*count)++;
    }
    return true;
}

static bool uninstall_file(struct target *target, struct btl_str path, size_t *count)
{
    struct volume_file file;
    struct btl_file_problem problem;
    if (!volume_file_open(&target->volume, path, UINT64_MAX, &file, &problem))
        return true;
    (*count)++;
    return esp_require_space(&target->volume, 0) &&
           esp_remove(&target->volume, path, target->print);
}

static bool uninstall_run(struct target *target)
{
    const char *path;
    size_t count = 0;
    bool good = target_open_volume(target) && target_open_variables(target);
    for (size_t i = 0; good && (path = loader_file_path(i)) != NULL; i++)
        good = uninstall_entries(target, btl_str_of(path), &count) &&
               uninstall_file(target, btl_str_of(path), &count);
    if (good && count == 0)
        btl_report(&target->host->diags, BTL_HOST_UNINSTALL_NONE,
                   (struct btl_place){.file = btl_str_of(target->volume.path)});
    return good;
}

static int uninstall_command(struct host *host, int argc, char **argv)
{
    struct target target = {.host = host, .volume = {.image = -1}, .variables = {.directory = -1}};
    const struct command_option options[] = {TARGET_OPTIONS(&target), {0}};
    target.volume.tree.root = -1;
    if (!parse_options(host, argc, argv, options))
        return EXIT_ERRORS;
    if (optind < argc)
        return usage_error(host,
                           "\"%s\" is one argument too many; btl uninstall takes options alone",
                           argv[optind]);
    bool good = uninstall_run(&target);
    target_close(&target);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

const struct command cmd_uninstall = {
    .name = "uninstall",
    .synopsis = TARGET_SYNOPSIS,
    .summary = "removes the loader and its boot entry; undoes btl install",
    .help = TARGET_HELP
    "loader.conf, the kernels in /linux, and the records of btl state stay. Files and entries of\n"
    "other boot loaders stay.\n\n"
    "Example: btl uninstall --esp /boot/efi --print\n",
    .run = uninstall_command,
};
