// SPDX-License-Identifier: BSD-2-Clause
// btl get: print settings of loader.conf.
#include <string.h>

#include "edit/conf_edit.h"
#include "edit/edit.h"
#include "report.h"

// Print every setting that counts, as lines of loader.conf: those of `module`, of the whole boot
// with --global, or all. Return their number.
static size_t get_print_all(const struct edit *edit, struct btl_str module, bool all)
{
    struct btl_arena *arena = edit->host->arena;
    struct btl_config config = conf_parse(arena, edit->text);
    struct btl_out out = out_to(stdout);
    size_t count = 0;
    for (size_t i = 0; i < config.setting_count; i++) {
        const struct btl_setting *setting = &config.settings[i];
        struct btl_str other;
        bool known = btl_config_key(setting->key, &other);
        if (setting->overridden || !(all || (known && btl_str_equal(other, module))))
            continue;
        struct btl_str value = report_safe(arena, conf_quote(arena, setting->value));
        btl_format(&out, "%pS=%pS\n", &setting->key, &value);
        count++;
    }
    return count;
}

static bool get_print(struct edit *edit, struct btl_str module, const char *word)
{
    struct btl_str key = edit_setting_key(edit, module, btl_str_of(word)), value;
    struct btl_config config = conf_parse(edit->host->arena, edit->text);
    struct btl_out out = out_to(stdout);
    if (!btl_config_value(&config, key, &value))
        return edit_report_not_set(edit, module, btl_str_of(word));
    value = report_safe(edit->host->arena, value);
    btl_format(&out, "%pS\n", &value);
    return true;
}

static int get_command(struct host *host, int argc, char **argv)
{
    struct edit edit = {.host = host, .boot = {.host = host}, .dry_run = true};
    const struct command_option options[] = {
        {.word = "volume", .letter = 'C', .value = &edit.boot.root},
        {.word = "file", .letter = 'f', .value = &edit.file},
        {.word = "global", .letter = 'g', .flag = &edit.global},
        {0}};
    if (!parse_options(host, argc, argv, options) || !edit_open(&edit) ||
        !edit_requires_file(&edit))
        return EXIT_ERRORS;
    bool good = true, named = !edit.global && optind < argc;
    struct btl_str module = named ? btl_str_of(argv[optind]) : BTL_STR("");
    int first = optind + named;
    if (first == argc && get_print_all(&edit, module, !named && !edit.global) == 0 && named)
        good = edit_report_not_set(&edit, module, BTL_STR(""));
    for (int i = first; i < argc; i++)
        good = get_print(&edit, module, argv[i]) && good;
    boot_close(&edit.boot);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

const struct command cmd_get = {
    .name = "get",
    .synopsis = "[-C DIR|IMAGE] [-f LOADER.CONF] [NAME [KEY ...]]\n"
                "       btl get -g [-C DIR|IMAGE] [-f LOADER.CONF] [KEY ...]",
    .summary = "prints settings of loader.conf; without KEY all of the module",
    .help =
        "  -C, --volume DIR|IMAGE  the boot volume: a directory, a FAT image, or a GPT disk image\n"
        "  -f, --file LOADER.CONF  its path on the volume; without -C its directory is the "
        "volume\n" EDIT_GLOBAL_HELP "KEY of a module: load, phase, name, sha256, flags, "
        "required, on_error, kernel,\n"
        "arch, serial, tunable.X. With KEY the value is printed, without KEY a line as in "
        "loader.conf.\nA key that is not set is an error.\n\n"
        "Example: btl get hello phase\n"
        "         btl get -g -C btl.img kernel_options\n",
    .run = get_command,
};
