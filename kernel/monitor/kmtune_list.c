// SPDX-License-Identifier: BSD-2-Clause
// kmtune -l: the long listing, one block for each tunable, in the words of HP-UX.
#include "monitor/kmtune.h"

#include <btl/kernel.h>
#include <btl/tunable.h>

static void list_bounds(const struct btl_tunable *tunable)
{
    if (tunable->type == BTL_TUNABLE_INT)
        kprintf("Minimum:    %ld\nMaximum:    %ld\n", tunable->min, tunable->max);
    else if (tunable->type == BTL_TUNABLE_STRING)
        kprintf("Minimum:    -\nMaximum:    %ld bytes\n", tunable->max - 1);
    else
        kprintf("Minimum:    -\nMaximum:    -\n");
}

// What the next load of the module stores: kmtune -s before the configuration before the default.
static struct btl_str kmtune_planned(const struct module *module, struct btl_str name,
                                     const char *from)
{
    const struct tunable_value *value = tunable_value_find(module, name);
    struct btl_module_setting setting;

    if (value != NULL)
        return value->value;
    return module_setting(module, name, &setting) ? setting.value : btl_str_of(from);
}

static void list_print(const struct module *module, struct btl_str name,
                       const struct btl_tunable *tunable, const char *current, const char *from,
                       bool dynamic)
{
    struct btl_str of = module_name(module), version = module_version(module);
    struct btl_str planned = kmtune_planned(module, name, from);

    kprintf(
        "Parameter:  %pS.%pS\nType:       %s\nCurrent:    %s\nPlanned:    %pS\nDefault:    %s\n",
        &of, &name, kmtune_type_name(tunable->type), current, &planned, from);
    list_bounds(tunable);
    kprintf("Module:     %pS (%s)\nVersion:    %pS\nDynamic:    %s\n\n", &of,
            module_condition(module), &version, dynamic ? "Yes" : "No");
}

static void list_loaded(const struct module *module, uint32_t index)
{
    struct btl_tunable tunable = btl_wrapper_tunable(module->image->linked.wrapper, index);
    char value[KMTUNE_TEXT_MAX], from[KMTUNE_TEXT_MAX];

    tunable_text(module, index, false, value, sizeof(value));
    tunable_text(module, index, true, from, sizeof(from));
    list_print(module, btl_str_of(tunable.name), &tunable, value, from, tunable.changed != NULL);
}

static bool list_in_file(const struct module *module, const struct tunables_file *file,
                         struct btl_str name)
{
    struct btl_file_tunable found;
    char from[KMTUNE_TEXT_MAX] = "";

    if (!tunables_find(file, name, &found, from, sizeof(from)))
        return false;
    list_print(module, name, &found.tunable, "-", from, found.at_run_time);
    return true;
}

const struct kmtune_view kmtune_long = {list_loaded, list_in_file};
