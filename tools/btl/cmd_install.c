// SPDX-License-Identifier: BSD-2-Clause
// btl install: copy the loader to the EFI system partition and make a boot entry for it. The file
// is complete before an entry names it, and the entry exists before a list names that. Files and
// entries of other programs stay as they are.
#include <string.h>

#include <btl/configurations.h>

#include "install/esp.h"
#include "install/loader_file.h"
#include "install/target.h"
#include "report.h"
#include "variables/secure_boot.h"

struct installation {
    struct target target;
    const char *source; // of the option --loader, or NULL
    bool beside, first, once, removable, force;

    struct loader_file loader;
    struct own_entry entry;
    uint16_t number;
    bool exists; // the entry
    struct boot_numbers order;
    bool order_changes;
};

static bool install_parse(struct installation *install, struct host *host, int argc, char **argv)
{
    const struct command_option options[] = {TARGET_OPTIONS(&install->target),
                                             {.word = "loader", .value = &install->source},
                                             {.word = "beside", .flag = &install->beside},
                                             {.word = "default", .flag = &install->first},
                                             {.word = "once", .flag = &install->once},
                                             {.word = "removable", .flag = &install->removable},
                                             {.word = "force", .flag = &install->force},
                                             {0}};
    if (!parse_options(host, argc, argv, options))
        return false;
    if (optind < argc)
        usage_error(host, "\"%s\" is one argument too many; btl install takes options alone",
                    argv[optind]);
    else if (install->beside + install->first + install->once + install->removable > 1)
        usage_error(host, "--beside, --default, --once and --removable exclude each other");
    else
        return true;
    return false;
}

static bool install_check_signature(struct installation *install)
{
    struct btl_diags *diags = &install->target.host->diags;
    struct btl_place place = {.file = btl_str_of(install->loader.source)};
    enum secure_boot state = secure_boot_of(&install->target.variables);
    if (install->loader.is_signed ||
        (state != SECURE_BOOT_ENFORCED && state != SECURE_BOOT_SHIM_OFF))
        return true;
    btl_report(diags, install->force ? BTL_HOST_INSTALL_UNSIGNED : BTL_HOST_INSTALL_SECURE_BOOT,
               place);
    return install->force;
}

// Find the entry of an earlier btl install, or choose the number of a new one. Then choose its
// place in the order: --default puts it first; else it goes last, or stays where it is.
static bool install_plan(struct installation *install)
{
    struct variables *variables = &install->target.variables;
    struct btl_arena *arena = install->target.host->arena;
    struct boot_numbers present = boot_numbers_present(variables);
    install->order = boot_numbers_read(variables, "BootOrder");
    install->entry.path = install->loader.path;
    if (!target_find_partition(&install->target, &install->entry.partition))
        return false;
    size_t found = own_entry_find(variables, &present, 0, &install->entry);
    install->exists = found < present.count;
    if (install->exists)
        install->number = present.at[found];
    else if (!own_entry_choose_number(variables, &present, &install->order, &install->number))
        return false;
    size_t at = boot_numbers_find(&install->order, install->number);
    install->order_changes =
        install->first ? at != 0 || install->order.count == 0 : at == install->order.count;
    if (!install->order_changes)
        return true;
    boot_numbers_remove(&install->order, install->number);
    boot_numbers_insert(arena, &install->order, install->first ? 0 : install->order.count,
                        install->number);
    return true;
}

static void install_print_entry(const struct installation *install)
{
    struct btl_out out = out_to(stdout);
    struct btl_arena *arena = install->target.host->arena;
    struct btl_str text = own_entry_text(arena, &install->entry);
    btl_format(&out, "%s: \"" OWN_ENTRY_TITLE "\" %pS: %s\n",
               own_entry_name(arena, install->number), &text,
               install->exists         ? "is there already"
               : install->target.print ? "would be made"
                                       : "made");
}

// Write the variables, each after those that it needs.
static bool install_write_variables(struct installation *install)
{
    struct variables *variables = &install->target.variables;
    struct btl_arena *arena = install->target.host->arena;
    struct boot_numbers next = {.at = &install->number, .count = 1};
    const char *changed = install->target.print ? "would be written" : "written";
    bool print = install->target.print;
    if (!print && !own_entry_write(variables, install->number, &install->entry))
        return false;
    install_print_entry(install);
    if (!print && install->order_changes &&
        !boot_numbers_write(variables, "BootOrder", &install->order))
        return false;
    own_entry_print_list(arena, "BootOrder", &install->order,
                         install->order_changes ? changed : "as before");
    if (!install->once)
        return true;
    if (!print && !boot_numbers_write(variables, "BootNext", &next))
        return false;
    own_entry_print_list(arena, "BootNext", &next, changed);
    return true;
}

// Is the file at the path of removable disks another program's? Reports that it is.
static bool install_is_foreign(struct installation *install)
{
    struct volume *volume = &install->target.volume;
    struct btl_file_problem problem;
    struct btl_bytes bytes;
    struct volume_file file;
    if (!volume_file_open(volume, install->loader.removable, UINT64_MAX, &file, &problem) ||
        (file.size <= LOADER_FILE_MAX && volume_file_read(&file, &bytes, &problem) &&
         loader_file_is_btl(bytes)))
        return false;
    btl_report(&install->target.host->diags, BTL_HOST_INSTALL_FOREIGN,
               (struct btl_place){.file = volume_name(volume, install->loader.removable)});
    return true;
}

static void install_report_configuration(struct installation *install)
{
    struct volume *volume = &install->target.volume;
    struct btl_str path = BTL_STR(BTL_CONFIG_DEFAULT);
    struct btl_file_problem problem;
    struct volume_file file;
    if (!volume_file_open(volume, path, UINT64_MAX, &file, &problem))
        btl_report(&install->target.host->diags, BTL_HOST_INSTALL_NO_CONFIG,
                   (struct btl_place){.file = volume_name(volume, path)});
}

static bool install_store(struct installation *install, struct btl_str path)
{
    struct target *target = &install->target;
    uint64_t size =
        esp_has(&target->volume, path, install->loader.bytes) ? 0 : install->loader.bytes.size;
    return esp_require_space(&target->volume, size) &&
           esp_store(&target->volume, path, install->loader.bytes, target->print);
}

static bool install_run(struct installation *install)
{
    struct target *target = &install->target;
    if (!loader_file_read(target->host, install->source, &install->loader) ||
        !target_open_volume(target))
        return false;
    bool good;
    if (install->removable)
        good = !install_is_foreign(install) && install_store(install, install->loader.removable);
    else
        good = target_open_variables(target) && install_check_signature(install) &&
               install_plan(install) && install_store(install, install->loader.path) &&
               install_write_variables(install);
    if (good)
        install_report_configuration(install);
    return good;
}

static int install_command(struct host *host, int argc, char **argv)
{
    struct installation install = {
        .target = {.host = host, .volume = {.image = -1}, .variables = {.directory = -1}}};
    install.target.volume.tree.root = -1;
    if (!install_parse(&install, host, argc, argv))
        return EXIT_ERRORS;
    bool good = install_run(&install);
    target_close(&install.target);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

const struct command cmd_install = {
    .name = "install",
    .synopsis = TARGET_SYNOPSIS " [--loader FILE]\n"
                                "               [--beside | --default | --once | --removable] "
                                "[--force]",
    .summary = "installs the loader on the EFI system partition, with a boot entry",
    .help = TARGET_HELP
    "      --loader FILE       the loader; default: the one that is installed with btl\n"
    "      --beside            the boot entry is tried last, or chosen in the firmware's menu:\n"
    "                          the default\n"
    "      --default           the boot entry is tried first\n"
    "      --once              as --beside, and the next boot takes it, once (BootNext)\n"
    "      --removable         no boot entry: the loader goes to EFI/BOOT, where firmware looks "
    "on\n"
    "                          disks that it does not know\n"
    "      --force             install an unsigned loader although Secure Boot is on\n"
    "The loader becomes EFI/btl/btlx64.efi. A second btl install renews the file and keeps the\n"
    "entry. Files and entries of other boot loaders stay.\n\n"
    "Example: btl install --esp /boot/efi --once\n",
    .run = install_command,
};
