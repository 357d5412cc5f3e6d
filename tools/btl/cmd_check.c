// SPDX-License-Identifier: BSD-2-Clause
// btl check: report everything that the loader would reject, in one run.
#include "boot.h"
#include "check_modules.h"
#include "configurations.h"
#include "files.h"
#include "linux/signers.h"
#include "report.h"

// The verdict about a configuration without errors.
static void check_print_verdict(const struct boot *boot, uint32_t warnings)
{
    uint32_t count[BTL_PHASES] = {0};
    const struct btl_plan *plan = &boot->attempt.plan;
    struct btl_out out = out_to(stdout);
    for (uint32_t i = 0; i < plan->order_count; i++)
        count[plan->modules[plan->order[i]].phase]++;
    struct btl_str name = report_safe(boot->host->arena, boot->attempt.config.file);
    if (warnings == 0)
        btl_format(&out, "%pS: good", &name);
    else
        btl_format(&out, "%pS: %u warning%s", &name, warnings, warnings == 1 ? "" : "s");
    btl_format(&out, ", %u module%s:", plan->order_count, plan->order_count == 1 ? "" : "s");
    for (enum btl_phase phase = 0; phase < BTL_PHASES; phase++)
        btl_format(&out, "%s %u %s", phase == 0 ? "" : ",", count[phase], btl_phase_name(phase));
    btl_format(&out, "; %pB while loading\n", &boot->bytes);
}

static void check_print_bad(const struct btl_diags *diags)
{
    struct btl_out out = out_to(stderr);
    btl_format(&out, "%u error%s, %u warning%s\n", diags->errors, diags->errors == 1 ? "" : "s",
               diags->warnings, diags->warnings == 1 ? "" : "s");
}

// Note the lines that a later line of the same key replaces.
static void check_report_again(struct host *host, const struct btl_config *config)
{
    struct btl_symtab keys;
    if (!btl_symtab_init(&keys, 16, host->arena))
        return;
    for (size_t i = config->setting_count; i > 0; i--) {
        const struct btl_setting *setting = &config->settings[i - 1];
        const struct btl_export *last = btl_symtab_find(&keys, setting->key);
        if (last == NULL)
            btl_symtab_add(&keys, setting->key, setting->line, 0, NULL);
        else
            btl_report(&host->diags, BTL_CONF_ASSIGNED_AGAIN,
                       btl_setting_place(config, setting, BTL_STR("")), BTL_ARG(setting->key),
                       BTL_DEC(last->value));
    }
}

static void check_one(struct host *host, struct boot *boot)
{
    uint32_t errors = host->diags.errors, warnings = host->diags.warnings;
    boot->sees_seal = boot->config_file == NULL && boot->kernel_file == NULL;
    bool good = boot_run(boot) && host->diags.errors == errors;
    check_report_again(host, &boot->attempt.config);
    signers_note(boot);
    report_all(host);
    if (good)
        check_print_verdict(boot, host->diags.warnings - warnings);
    boot_close(boot);
}

// Check every configuration of the volume as if it were booted.
static void check_all(struct host *host, const struct boot *options)
{
    struct volume volume;
    struct btl_str *paths;
    if (!volume_open(host, options->root, &volume))
        return;
    size_t count = configurations(&volume, &paths);
    volume_close(&volume);
    for (size_t i = 0; i < count; i++) {
        struct boot boot = *options;
        boot.path = paths[i];
        check_one(host, &boot);
    }
}

static int check_boot(struct host *host, struct boot *boot, bool all, bool strict)
{
    if (all)
        check_all(host, boot);
    else
        check_one(host, boot);
    report_all(host);
    if (host->diags.errors + host->diags.warnings > 0)
        check_print_bad(&host->diags);
    return strict && host->diags.warnings > 0 ? EXIT_WARNINGS : EXIT_GOOD;
}

static int check_command(struct host *host, int argc, char **argv)
{
    struct boot boot = {.host = host};
    struct check_modules modules = {.directories = ""};
    bool strict = false, alone = false, all = false;
    const struct command_option options[] = {
        BOOT_OPTIONS(&boot),
        {.word = "strict", .letter = 'W', .flag = &strict},
        {.word = "all", .flag = &all},
        {.word = "module", .flag = &alone},
        {.word = "kernel", .value = &modules.kernel},
        {.word = "library", .letter = 'L', .value = &modules.directories},
        {0}};
    if (!parse_options(host, argc, argv, options) || !boot_parse_options(&boot))
        return EXIT_ERRORS;
    modules.files = argv + optind;
    modules.count = (size_t)(argc - optind);
    if (alone)
        return check_modules(&boot, &modules, strict);
    if (modules.count > 1)
        return usage_error(host, "more than one loader.conf was given; name one, or check modules "
                                 "with --module");
    if (all && (modules.count == 1 || boot.config_file != NULL))
        return usage_error(host, "--all checks every configuration of the volume; do not name one");
    boot_argument(&boot, modules.count == 1 ? argv[optind] : NULL);
    boot.kernel_file = modules.kernel;
    if (boot.kernel_file != NULL && !files_read(host, boot.kernel_file, &boot.kernel_bytes))
        return EXIT_ERRORS;
    return check_boot(host, &boot, all, strict);
}

const struct command cmd_check = {
    .name = "check",
    .synopsis = BOOT_SYNOPSIS "\n"
                              "                 [-W] [--kernel FILE] [--all | LOADER.CONF]\n"
                              "       btl check --module [-W] [--machine M] [--kernel FILE] "
                              "[-L DIR:DIR...] FILE.ko ...",
    .summary = "finds everything that the loader would reject, without booting",
    .help = BOOT_HELP
    "  -W, --strict            exit status 1 when there are warnings\n"
    "      --all               check every configuration of the volume: /loader.conf,\n"
    "                          /loader.conf.prev, /loader.conf.d/*.conf, /loader/entries/*.conf\n"
    "      --module            check single modules: each is opened, planned in the earliest "
    "phase\n"
    "                          that it supports, and linked\n"
    "      --kernel FILE       with a loader.conf: check it with FILE in the place of its kernel, "
    "and\n"
    "                          with the modules.builtin beside FILE. With modules: their kernel;\n"
    "                          default: one that exports btl/kernel.h\n"
    "  -L, --library DIR:...   directories of their dependencies, as DIR/NAME.ko\n"
    "LOADER.CONF is a path on the volume; without -C its directory is the volume.\n\n"
    "Example: btl check -W -C build/x86_64/btl.img\n"
    "         btl check -C /boot/efi --kernel /boot/vmlinuz-6.12\n"
    "         btl check --module -L modules mine.ko\n",
    .run = check_command,
};
