// SPDX-License-Identifier: BSD-2-Clause
// btl set: change settings in loader.conf.
#include <string.h>

#include "edit/conf_edit.h"
#include "edit/edit.h"

// Set one KEY=VALUE. Reject a key written as in the file ("hello_phase" of hello): it would be
// correct, but a setting of another module.
static bool set_argument(struct edit *edit, struct btl_str module, const char *argument)
{
    const char *equals = strchr(argument, '=');
    if (equals == NULL || equals == argument) {
        usage_error(edit->host, "\"%s\" is not of the form KEY=VALUE", argument);
        return false;
    }
    struct btl_str name = {argument, (size_t)(equals - argument)};
    struct btl_str key = edit_setting_key(edit, module, name), value = btl_str_of(equals + 1);
    edit->text = conf_set(edit->host->arena, edit->text, module, key, value);
    struct btl_str other = conf_module_of(edit->host->arena, edit->text, key);
    bool good = edit->global || other.len == 0 || btl_str_equal(other, module);
    if (!good)
        usage_error(edit->host,
                    "%pS would be a setting of a module %pS; KEY is load, phase, name, flags, "
                    "required, on_error or tunable.X, and NAME has no .ko",
                    &key, &other);
    return good;
}

// Return the first key whose value the loader would not read back, because of something before it;
// or an empty one.
static struct btl_str first_without_effect(struct edit *edit, struct btl_str module,
                                           char **arguments, int count)
{
    struct btl_str none = BTL_STR(""), value;
    for (int i = 0; i < count && !edit->force; i++) {
        const char *equals = strchr(arguments[i], '=');
        struct btl_str name = {arguments[i], (size_t)(equals - arguments[i])};
        struct btl_str key = edit_setting_key(edit, module, name);
        bool again = false; // a later argument sets the same key
        for (int k = i + 1; k < count; k++)
            again |= strncmp(arguments[k], arguments[i], name.len + 1) == 0;
        if (!again && (!conf_get(edit->host->arena, edit->text, key, &value) ||
                       !btl_str_equal(value, btl_str_of(equals + 1))))
            return key;
    }
    return none;
}

static int set_command(struct host *host, int argc, char **argv)
{
    struct edit edit;
    if (!edit_begin(&edit, host, argc, argv))
        return EXIT_ERRORS;
    int first = optind + !edit.global;
    if (first >= argc && (!edit.global || edit.trial == 0))
        return usage_error(host, edit.global ? "KEY=VALUE is missing"
                                             : "the module's name or KEY=VALUE is missing");
    struct btl_str module = edit.global ? BTL_STR("") : btl_str_of(argv[optind]);
    for (int i = first; i < argc; i++) {
        if (!set_argument(&edit, module, argv[i]))
            return EXIT_ERRORS;
    }
    return edit_finish(&edit, first_without_effect(&edit, module, argv + first, argc - first));
}

const struct command cmd_set = {
    .name = "set",
    .synopsis = EDIT_SYNOPSIS " NAME KEY=VALUE ...\n"
                              "       btl set -g " EDIT_SYNOPSIS " KEY=VALUE ...",
    .summary = "changes settings in loader.conf and nothing else in it",
    .help = EDIT_HELP
    "KEY of a module: load, phase, name, flags, required, on_error, tunable.X. A change is\n"
    "rejected when it adds an error or a warning of 'btl check'. The old file is kept as\n"
    "loader.conf.prev, unless it was on trial.\n\n"
    "Example: btl set hello load=YES phase=BOOT2 tunable.greeting='good day'\n"
    "         btl set --trial -C /boot/efi disk phase=BOOT2 on_error=fallback\n"
    "         btl set -g -C btl.img kernel_options=autotest\n",
    .options_first = true,
    .run = set_command,
};
