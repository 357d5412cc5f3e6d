// SPDX-License-Identifier: BSD-2-Clause
// btl set: change settings in loader.conf.
#include <string.h>

#include "edit/conf_edit.h"
#include "edit/edit.h"

// Is `key` a setting of `module`? Reports what to type if it is not.
static bool set_is_of_module(struct edit *edit, struct btl_str module, struct btl_str word,
                             struct btl_str key, const char *value)
{
    struct btl_str other, ignored;
    if (edit->global || edit->force ||
        (btl_config_key(key, &other) && btl_str_equal(other, module)))
        return true;
    // The loader rejects the name: 'btl check' says why.
    if (!btl_config_key(word, &ignored) && !btl_is_module_name(module) &&
        !btl_str_ends(module, BTL_STR(".ko")))
        return true;
    struct btl_str name = module;
    if (btl_str_ends(module, BTL_STR(".ko")))
        name = btl_str_without_last(module, 3);
    bool is_word =
        name.len < module.len && btl_config_key(edit_setting_key(edit, name, word), &ignored);
    struct btl_str command =
        is_word ? memory_text(edit->host->arena, "btl set %pS %pS=%s", &name, &word, value)
                : edit_command_for(edit, name, word, value);
    usage_error(edit->host, "%pS is no key of the module %pS; type: %pS", &word, &module, &command);
    return false;
}

// Set one KEY=VALUE.
static bool set_argument(struct edit *edit, struct btl_str module, const char *argument)
{
    const char *equals = strchr(argument, '=');
    if (equals == NULL || equals == argument) {
        usage_error(edit->host, "\"%s\" is not of the form KEY=VALUE, as in phase=BOOT2", argument);
        return false;
    }
    struct btl_str word = {argument, (size_t)(equals - argument)};
    struct btl_str key = edit_setting_key(edit, module, word), value = btl_str_of(equals + 1);
    if (!set_is_of_module(edit, module, word, key, equals + 1))
        return false;
    edit->text = conf_set(edit->host->arena, edit->text, module, key, value);
    return true;
}

// The arguments lack the module, or what to set. Return EXIT_ERRORS.
static int set_report_missing(struct edit *edit, const char *argument)
{
    const char *equals = argument != NULL ? strchr(argument, '=') : NULL;
    if (edit->global)
        return usage_error(edit->host, "KEY=VALUE is missing");
    if (argument == NULL)
        return usage_error(edit->host, "the module's name and KEY=VALUE are missing");
    if (equals == NULL)
        return usage_error(
            edit->host, "KEY=VALUE is missing; type for example: btl set %s phase=BOOT2", argument);
    struct btl_str key = {argument, (size_t)(equals - argument)};
    struct btl_str command = edit_command_for(edit, BTL_STR(""), key, equals + 1);
    return usage_error(edit->host, "the module's name is missing before \"%s\"; type: %pS",
                       argument, &command);
}

// Return the first key whose value the loader would not read back, because of something before it;
// or an empty one.
static struct btl_str first_without_effect(struct edit *edit, struct btl_str module,
                                           char **arguments, int count)
{
    struct btl_config config = conf_parse(edit->host->arena, edit->text);
    struct btl_str none = BTL_STR(""), value;
    for (int i = 0; i < count && !edit->force; i++) {
        const char *equals = strchr(arguments[i], '=');
        struct btl_str name = {arguments[i], (size_t)(equals - arguments[i])};
        struct btl_str key = edit_setting_key(edit, module, name);
        bool again = false; // a later argument sets the same key
        for (int k = i + 1; k < count; k++)
            again |= strncmp(arguments[k], arguments[i], name.len + 1) == 0;
        if (!again &&
            (!conf_value(&config, key, &value) || !btl_str_equal(value, btl_str_of(equals + 1))))
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
    bool misplaced = !edit.global && optind < argc && strchr(argv[optind], '=') != NULL;
    if (misplaced || (first >= argc && (!edit.global || edit.trial == 0)))
        return set_report_missing(&edit, optind < argc ? argv[optind] : NULL);
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
    .help = EDIT_HELP EDIT_GLOBAL_KEYS
    "KEY of a module: load, phase, name, sha256, flags, required, on_error, tunable.X. A change "
    "is\n"
    "rejected when it adds an error or a warning of 'btl check'. The old file is kept as\n"
    "loader.conf.prev, unless it was on trial.\n\n"
    "Example: btl set hello load=YES phase=BOOT2 tunable.greeting='good day'\n"
    "         btl set --trial -C /boot/efi disk phase=BOOT2 on_error=fallback\n"
    "         btl set -g -C btl.img kernel_options=autotest\n",
    .run = set_command,
};
