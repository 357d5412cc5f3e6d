// SPDX-License-Identifier: BSD-2-Clause
#include "dlkm/dlkm.h"

#include "handoff.h"

#include <btl/kernel.h>

static struct module *modules;
static uint32_t count;

static const char *const state_name[MODULE_STATES] = {
    [MODULE_ANNOUNCED] = "announced", [MODULE_REGISTERED] = "registered",
    [MODULE_LOADING] = "loading",     [MODULE_LOADED] = "loaded",
    [MODULE_FAILED] = "failed",       [MODULE_OFF] = "off",
};

const char *module_state_name(enum module_state state)
{
    return state < MODULE_STATES ? state_name[state] : "?";
}

uint32_t module_count(void)
{
    return count;
}

struct module *module_get(uint32_t id)
{
    return &modules[id];
}

uint32_t module_id(const struct module *module)
{
    return (uint32_t)(module - modules);
}

struct btl_str module_name(const struct module *module)
{
    return btl_manifest_str(handoff_manifest(), module->entry->name);
}

bool module_find(struct btl_str name, uint32_t *ret_id)
{
    for (uint32_t id = 0; id < count; id++) {
        if (!btl_str_equal(module_name(&modules[id]), name))
            continue;
        *ret_id = id;
        return true;
    }
    return false;
}

struct module *module_at(uint64_t address)
{
    for (uint32_t id = 0; id < count; id++) {
        const struct module_image *image = modules[id].image;
        if (image != NULL && address - image->base < image->size)
            return &modules[id];
    }
    return NULL;
}

uint32_t module_dependency(const struct module *module, uint32_t index)
{
    const uint32_t *id = btl_manifest_entry(handoff_manifest(), BTLM_DEPENDS,
                                            module->entry->first_depend + (uint64_t)index);

    return *id;
}

// What the loader refused arrives as failed, with the loader's reason.
static void announce(struct module *module, const struct btlm_module *entry)
{
    const struct btl_manifest *manifest = handoff_manifest();
    char reason[512] = "the loader gave no reason";

    *module = (struct module){.entry = entry, .state = MODULE_ANNOUNCED};
    if (entry->state != BTLM_FAILED && entry->state != BTLM_OFF)
        return;
    if (entry->state == BTLM_OFF)
        btl_format_to(reason, sizeof(reason), "switched off in the configuration");
    if (entry->reason != BTL_NONE) {
        const struct btlm_diagnostic *diag =
            btl_manifest_entry(manifest, BTLM_DIAGNOSTICS, entry->reason);
        struct btl_str text = btl_manifest_str(manifest, diag->text);
        btl_format_to(reason, sizeof(reason), "%S", &text);
    }
    module_failed(module, reason);
    if (entry->state == BTLM_OFF)
        module->state = MODULE_OFF;
}

void registry_init(void)
{
    const struct btl_manifest *manifest = handoff_manifest();

    count = (uint32_t)btl_manifest_count(manifest, BTLM_MODULES);
    modules = kmem_alloc(count * sizeof(*modules));
    if (modules == NULL)
        kpanic("the early arena has no room for the registry of %u modules (BTL_BOOT_EARLY_SIZE)",
               count);
    for (uint32_t id = 0; id < count; id++)
        announce(&modules[id], btl_manifest_module(manifest, id));
}

void registry_register(enum btl_phase registered)
{
    for (uint32_t id = 0; id < count; id++)
        if (modules[id].state == MODULE_ANNOUNCED && modules[id].entry->registered == registered)
            modules[id].state = MODULE_REGISTERED;
}

void module_begin_load(struct module *module)
{
    module->state = MODULE_LOADING;
}

void module_loaded(struct module *module)
{
    for (uint32_t i = 0; i < module->entry->depend_count; i++)
        modules[module_dependency(module, i)].dependents++;
    module->state = MODULE_LOADED;
}

void module_failed(struct module *module, const char *reason)
{
    size_t size = btl_format_to(NULL, 0, "%s", reason) + 1;

    module->state = MODULE_FAILED;
    module->reason = kmem_alloc(size);
    if (module->reason != NULL)
        memcpy(module->reason, reason, size);
}

uint32_t module_required_failure(void)
{
    for (uint32_t id = 0; id < count; id++)
        if ((modules[id].entry->flags & BTLM_REQUIRED) &&
            (modules[id].state == MODULE_FAILED || modules[id].state == MODULE_OFF))
            return id;
    return BTL_NONE;
}
