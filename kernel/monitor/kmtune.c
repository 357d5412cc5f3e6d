// SPDX-License-Identifier: BSD-2-Clause
// The command kmtune: show tunables of modules, and change those that allow it. They are called
// MODULE.NAME as in loader.conf.
#include "monitor/commands.h"

#include "base/arena.h"
#include "base/handoff.h"
#include "dlkm/dlkm.h"

#include <btl/kernel.h>

#define TEXT_MAX 256

static const char *const type_name[] = {
    [BTL_TUNABLE_INT] = "int", [BTL_TUNABLE_BOOL] = "bool", [BTL_TUNABLE_STRING] = "string"};

static void kmtune_print(const struct module *module, uint32_t index)
{
    struct btl_tunable tunable = btl_wrapper_tunable(module->image->linked.wrapper, index);
    struct btl_str name = module_name(module);
    char label[96], value[TEXT_MAX], from[TEXT_MAX];

    tunable_text(module, index, false, value, sizeof(value));
    tunable_text(module, index, true, from, sizeof(from));
    btl_format_to(label, sizeof(label), "%pS.%s", &name, tunable.name);
    kprintf("%-28s %-7s \"%s\" default \"%s\"", label, type_name[tunable.type], value, from);
    if (tunable.type == BTL_TUNABLE_INT)
        kprintf(" from %ld to %ld", tunable.min, tunable.max);
    if (tunable.type == BTL_TUNABLE_STRING)
        kprintf(" up to %ld bytes", tunable.max - 1);
    kprintf("%s\n", tunable.changed != NULL ? "; can be changed now" : "; at boot only");
}

// Of a module that is not loaded only the lines of loader.conf are known.
static void kmtune_print_settings(const struct module *module)
{
    const struct btl_manifest *manifest = handoff_manifest();

    for (uint32_t i = 0; i < module->entry->tunable_count; i++) {
        const struct btlm_tunable *setting =
            btl_manifest_entry(manifest, BTLM_TUNABLES, module->entry->first_tunable + (uint64_t)i);
        struct btl_str name = module_name(module),
                       tunable = btl_manifest_str(manifest, setting->name);
        struct btl_str value = btl_manifest_str(manifest, setting->value);
        kprintf("%pS.%pS=\"%pS\" in line %u of loader.conf; %pS is not loaded\n", &name, &tunable,
                &value, setting->line, &name);
    }
}

static void kmtune_print_module(const struct module *module)
{
    if (module->image == NULL) {
        kmtune_print_settings(module);
        return;
    }
    for (uint32_t i = 0; i < module->image->linked.wrapper->tunable_count; i++)
        kmtune_print(module, i);
}

// Find "module.tunable", or "module" alone (then *ret_index is BTL_NONE). NULL: there is none,
// which was printed.
static struct module *kmtune_find(struct btl_str text, uint32_t *ret_index)
{
    struct btl_str name = text, tunable;
    bool named = btl_str_split(text, '.', &name, &tunable);
    struct module *module;
    uint32_t id;

    *ret_index = BTL_NONE;
    if (!module_find(name, &id)) {
        kprintf("kmtune: no module %pS is registered\n", &name);
        return NULL;
    }
    module = module_get(id);
    if (!named)
        return module;
    if (module->image == NULL) {
        kprintf("kmtune: %pS is not loaded, so its tunables are not known\n", &name);
        return NULL;
    }
    *ret_index = btl_wrapper_find_tunable(module->image->linked.wrapper, tunable);
    if (*ret_index != BTL_NONE)
        return module;
    kprintf("kmtune: %pS has no tunable %pS; kmtune -q %pS lists them\n", &name, &tunable, &name);
    return NULL;
}

static void kmtune_query(struct btl_str text)
{
    uint32_t index;
    const struct module *module = kmtune_find(text, &index);

    if (module == NULL)
        return;
    if (index != BTL_NONE)
        kmtune_print(module, index);
    else
        kmtune_print_module(module);
}

static void kmtune_change(struct btl_str text, bool reset)
{
    struct btl_str value, name = text;
    uint64_t first_reports[ARENA_REPORT_WORDS];
    struct heap_arena reports;
    struct btl_diags diags = {.arena = &reports.arena};
    char reason[REASON_MAX];
    uint32_t index;
    const struct module *module;
    int error;

    if (!reset && !btl_str_split(text, '=', &name, &value)) {
        kprintf("kmtune: write MODULE.TUNABLE=value\n");
        return;
    }
    module = kmtune_find(name, &index);
    if (module == NULL)
        return;
    if (index == BTL_NONE) {
        kprintf("kmtune: which tunable of %pS? kmtune -q %pS lists them\n", &name, &name);
        return;
    }
    heap_arena_init_on(&reports, first_reports, sizeof(first_reports));
    error =
        reset ? tunable_reset(module, index, &diags) : tunable_change(module, index, value, &diags);
    diags_explain(&diags, reason);
    heap_arena_free(&reports);
    if (error == 0)
        kmtune_print(module, index);
    else if (error == BTL_ENOSYS && !reset)
        kprintf("%pS=\"%pS\"\n", &name, &value);
}

void kmtune_run(int argc, char **argv)
{
    char option = argc >= 2 && argv[1][0] == '-' && argv[1][1] != '\0' && argv[1][2] == '\0'
                      ? argv[1][1]
                      : '\0';

    if (argc == 1 || (argc == 2 && option == 'q')) {
        for (uint32_t id = 0; id < module_count(); id++)
            kmtune_print_module(module_get(id));
    } else if (argc >= 3 && (option == 'q' || option == 's' || option == 'r')) {
        for (int i = 2; i < argc; i++) {
            if (option == 'q')
                kmtune_query(btl_str_of(argv[i]));
            else
                kmtune_change(btl_str_of(argv[i]), option == 'r');
        }
    } else {
        kprintf("usage: kmtune -q [MODULE[.TUNABLE]...]     show\n"
                "       kmtune -s MODULE.TUNABLE=VALUE...   set, where the module allows it\n"
                "       kmtune -r MODULE.TUNABLE...         back to the default\n");
    }
}
