// SPDX-License-Identifier: BSD-2-Clause
// btl set: change settings in loader.conf.
#include <string.h>

#include "edit/conf_edit.h"
#include "edit/edit.h"

// The arguments lack the module, or what to set. Return EXIT_ERRORS.
static int set_report_missing(struct edit *edit, const char *argument)
{
    const char *equals = argument != NULL ? strchr(argument, '=') : NULL;
    if (edit->global)
        return usage_error(edit->host, "KEY=VALUE is missing");
    if (argument == NULL)
        return usage_error(edit->host, "the module's name and KEY=VALUE are missing");
    if (edit_report_trial_number(edit, btl_str_of(argument)))
        return EXIT_ERRORS;
    if (equals == NULL)
        return usage_error(
            edit->host, "KEY=VALUE is missing; type for example: btl set %s phase=BOOT2", argument);
    struct btl_str key = {argument, (size_t)(equals - argument)};
    struct btl_str command = edit_command_for(edit, BTL_STR(""), key, equals + 1);
    return usage_error(edit->host, "the module's name is missing before \"%s\"; type: %pS",
                       argument, &command);
}

static int set_command(struct host *host, int argc, char **argv)
{
    struct edit edit;
    if (!edit_begin(&edit, host, argc, argv))
        return EXIT_ERRORS;
    int first = optind + !edit.global;
    bool misplaced = !edit.global && optind < argc && strchr(argv[optind], '=') != NULL;
    if (misplaced || (first >= argc && (!edit.global || edit.trial == 0)))
        return set_report_missing(&edit, optind < argc ? argv[optind] : NULL);
    struct btl_str module = edit.global ? BTL_STR("") : btl_str_of(argv[optind]);
    if (!edit.global && !edit_is_module_name(&edit, module))
        return EXIT_ERRORS;
    for (int i = first; i < argc; i++) {
        if (!edit_set_argument(&edit, module, argv[i]))
            return EXIT_ERRORS;
    }
    return edit_finish(&edit, edit_without_effect(&edit, module, argv + first, argc - first));
}

const struct command cmd_set = {
    .name = "set",
    .synopsis = EDIT_SYNOPSIS " NAME KEY=VALUE ...\n"
                              "       btl set -g " EDIT_SYNOPSIS " KEY=VALUE ...",
    .summary = "changes settings in loader.conf and nothing else in it",
    .help = EDIT_HELP EDIT_GLOBAL_HELP
    "KEY of a module: load, phase, name, sha256, flags, required, on_error, kernel, arch, serial,\n"
    "tunable.X. A change is rejected when it adds an error or a warning of 'btl check'.\n"
    "The old file is kept as loader.conf.prev, unless it was on trial.\n\n"
    "Example: btl set hello load=YES phase=BOOT2 tunable.greeting='good day'\n"
    "         btl set --trial -C /boot/efi disk phase=BOOT2 on_error=fallback\n"
    "         btl set -g -C btl.img kernel_options=autotest\n",
    .run = set_command,
};
