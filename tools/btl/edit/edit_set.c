// SPDX-License-Identifier: BSD-2-Clause
// KEY=VALUE on the command line, as a setting of loader.conf.
#include <string.h>

#include "conf_edit.h"
#include "edit.h"

bool edit_is_module_name(struct edit *edit, struct btl_str module)
{
    bool good = module.len > 0;
    for (size_t i = 0; i < module.len; i++)
        good = good && (btl_is_name_character(module.at[i]) || module.at[i] == '.');
    if (!good)
        usage_error(edit->host, "\"%pS\" is not a module's name; use letters, digits, '_' and '-'",
                    &module);
    return good;
}

bool edit_set_argument(struct edit *edit, struct btl_str module, const char *argument)
{
    const char *equals = strchr(argument, '=');
    if (equals == NULL || equals == argument) {
        if (!edit_report_trial_number(edit, edit->global ? btl_str_of(argument) : module))
            usage_error(edit->host, "\"%s\" is not of the form KEY=VALUE, as in phase=BOOT2",
                        argument);
        return false;
    }
    struct btl_str word = {argument, (size_t)(equals - argument)};
    struct btl_str key = edit_setting_key(edit, module, word), value = btl_str_of(equals + 1);
    if (!edit->global && !edit->force && !edit_is_key_of_module(edit, module, word, equals + 1))
        return false;
    edit->text = conf_set(edit->host->arena, edit->text, module, key, value);
    return true;
}

struct btl_str edit_without_effect(struct edit *edit, struct btl_str module, char **arguments,
                                   int count)
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
        if (!again && (!btl_config_value(&config, key, &value) ||
                       !btl_str_equal(value, btl_str_of(equals + 1))))
            return key;
    }
    return none;
}
