// SPDX-License-Identifier: BSD-2-Clause
// kmadmin -b alone: what runs, what loader.conf says and what is pending, side by side.
#include "failure/pending.h"

#include "base/handoff.h"
#include "console/print.h"
#include "dlkm/dlkm.h"

#include <btl/config_edit.h>
#include <btl/kernel.h>

static const char *running_cell(const struct module *module)
{
    return module->state == MODULE_LOADED ? btl_phase_name(module->entry->phase) : "-";
}

// As `btl list --planned` says it.
static const char *configured_cell(const struct module *module)
{
    if (module->entry->state == BTLM_OFF)
        return "off";
    return module->entry->flags & BTLM_CONFIGURED ? btl_phase_name(module->entry->configured) : "-";
}

static void pending_print_module(const struct module *module, const struct btl_config *lines)
{
    struct btl_out out = console_out();
    struct btl_str name = module_name(module);

    btl_pending_row(&out, name, btl_str_of(running_cell(module)),
                    btl_str_of(configured_cell(module)), btl_str_of(btl_pending_cell(lines, name)));
}

// Modules of loader.conf that this boot did not register, such as those that are switched off.
static void pending_print_others(const struct btl_config *of, const struct btl_config *seen,
                                 const struct btl_config *config, const struct btl_config *lines)
{
    struct btl_out out = console_out();
    uint32_t id;

    for (size_t i = 0; i < of->module_count; i++) {
        struct btl_str name = of->modules[i].name;
        const char *cell = btl_pending_cell(of, name);

        if (cell[0] != '-' && !module_find(name, &id) &&
            (seen == NULL || btl_pending_cell(seen, name)[0] == '-'))
            btl_pending_row(&out, name, BTL_STR("-"), btl_str_of(btl_pending_cell(config, name)),
                            btl_str_of(btl_pending_cell(lines, name)));
    }
}

static struct btl_str running_value(const struct module *module, struct btl_str name, char *text,
                                    size_t size)
{
    uint32_t index = module->image == NULL
                         ? BTL_NONE
                         : btl_wrapper_find_tunable(module->image->linked.wrapper, name);

    if (index == BTL_NONE)
        return BTL_STR("-");
    tunable_text(module, index, false, text, size);
    return btl_str_of(text);
}

// A tunable that loader.conf or a pending line sets.
static void pending_print_tunable(const struct module *module, struct btl_str key,
                                  struct btl_str name, const struct btl_config *config,
                                  const struct btl_config *lines)
{
    struct btl_out out = console_out();
    struct btl_str configured = BTL_STR("-"), pending = BTL_STR("-");
    char text[128];

    btl_config_value(config, key, &configured);
    btl_config_value(lines, key, &pending);
    btl_pending_row(&out, key, running_value(module, name, text, sizeof(text)), configured,
                    pending);
}

// `seen`: the configuration whose tunables were printed before.
static void pending_print_tunables(const struct btl_config *of, const struct btl_config *seen,
                                   const struct btl_config *config, const struct btl_config *lines)
{
    for (size_t i = 0; i < of->setting_count; i++) {
        struct btl_str key = of->settings[i].key, module, name, ignored;
        uint32_t id;

        if (!of->settings[i].overridden && btl_str_split(key, '.', &module, &name) &&
            module_find(module, &id) && (seen == NULL || !btl_config_value(seen, key, &ignored)))
            pending_print_tunable(module_get(id), key, name, config, lines);
    }
}

static void pending_print_state(const struct boot_record *stored)
{
    if (boot_has(BTLM_BOOT_APPLIED))
        kprintf("changes were applied before this boot; boot-ok confirms them\n");
    if (stored->record.valid)
        kprintf("pending for the next boot of %pS, on trial with %u tries; kmadmin -b -c takes the "
                "changes back\n",
                &stored->record.path, stored->record.number);
    else
        kprintf("no changes are pending\n");
}

void pending_print(void)
{
    struct btl_out out = console_out();
    struct btl_str text = btl_manifest_text(handoff_manifest(), BTLM_CONFIG);
    struct btl_config config, lines;
    struct boot_record stored;
    struct heap_arena heap;

    heap_arena_init(&heap);
    boot_record_load(BTL_VARIABLE_PENDING, &stored);
    if (btl_config_read(&heap.arena, text, &config) &&
        btl_config_read(&heap.arena, stored.record.text, &lines)) {
        btl_pending_heading(&out);
        for (uint32_t id = 0; id < module_count(); id++)
            if (module_get(id)->state != MODULE_GONE)
                pending_print_module(module_get(id), &lines);
        pending_print_others(&config, NULL, &config, &lines);
        pending_print_others(&lines, &config, &config, &lines);
        pending_print_tunables(&config, NULL, &config, &lines);
        pending_print_tunables(&lines, &config, &config, &lines);
    }
    pending_print_state(&stored);
    heap_arena_free(&heap);
}
