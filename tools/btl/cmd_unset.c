// SPDX-License-Identifier: BSD-2-Clause
// btl unset: remove settings from loader.conf.
#include "edit/conf_edit.h"
#include "edit/edit.h"

static bool unset_key(struct edit *edit, struct btl_str module, struct btl_str word)
{
    struct btl_str key = edit_setting_key(edit, module, word);
    return conf_unset(edit->host->arena, &edit->text, key) ||
           edit_report_not_set(edit, module, word);
}

static int unset_command(struct host *host, int argc, char **argv)
{
    struct edit edit;
    bool good = true;
    if (!edit_begin(&edit, host, argc, argv))
        return EXIT_ERRORS;
    if (optind >= argc)
        return usage_error(host, edit.global ? "KEY is missing" : "the module's name is missing");
    struct btl_str module = edit.global ? BTL_STR("") : btl_str_of(argv[optind]);
    int first = optind + !edit.global;
    if (!edit_requires_file(&edit) || edit_report_trial_number(&edit, btl_str_of(argv[optind])))
        return EXIT_ERRORS;
    if (first == argc)
        good = edit_unset_module(&edit, module) || edit_report_not_set(&edit, module, BTL_STR(""));
    for (int i = first; i < argc; i++)
        good = unset_key(&edit, module, btl_str_of(argv[i])) && good;
    return good ? edit_finish(&edit, BTL_STR("")) : EXIT_ERRORS;
}

const struct command cmd_unset = {
    .name = "unset",
    .synopsis = EDIT_SYNOPSIS " NAME [KEY ...]\n"
                              "       btl unset -g " EDIT_SYNOPSIS " KEY ...",
    .summary = "removes settings from loader.conf; without KEY all of the module",
    .help = EDIT_HELP EDIT_GLOBAL_HELP
    "A comment behind a setting is kept. The old file is kept as loader.conf.prev, unless it was\n"
    "on trial.\n\n"
    "Example: btl unset hello phase tunable.greeting\n"
    "         btl unset -g quiet\n",
    .run = unset_command,
};
