// SPDX-License-Identifier: BSD-2-Clause
#include "dlkm/dlkm.h"

#include "base/handoff.h"

#include <btl/device.h>
#include <btl/kernel.h>

static struct module *modules;
static char (*reasons)[REASON_MAX]; // of each module: a failure must not need memory
static uint32_t count;

static const char *const state_name[MODULE_STATES] = {
    [MODULE_ANNOUNCED] = "announced",
    [MODULE_REGISTERED] = "registered",
    [MODULE_LOADING] = "loading",
    [MODULE_LOADED] = "loaded",
    [MODULE_UNLOADING] = "unloading",
    [MODULE_FAILED] = "failed",
    [MODULE_OFF] = "off",
};

const char *module_state_name(enum module_state state)
{
    return state < MODULE_STATES ? state_name[state] : "?";
}

const char *module_condition(const struct module *module)
{
    return module->state == MODULE_FAILED && module->no_device ? "no-device"
                                                               : module_state_name(module->state);
}

bool module_is_faulty(const struct module *module)
{
    return module->state == MODULE_FAILED && !module->no_device;
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
    const struct module_image *image = image_find(address);
    uint32_t id;

    return image != NULL && module_find(image->module, &id) ? &modules[id] : NULL;
}

uint32_t module_dependency(const struct module *module, uint32_t index)
{
    const uint32_t *id = btl_manifest_entry(handoff_manifest(), BTLM_DEPENDS,
                                            module->entry->first_depend + (uint64_t)index);

    return *id;
}

// A module that the loader rejected starts as FAILED, with the loader's reason.
static void module_announce(struct module *module, const struct btlm_module *entry)
{
    const struct btl_manifest *manifest = handoff_manifest();
    char reason[REASON_MAX] = "the loader gave no reason";

    *module = (struct module){.entry = entry,
                              .state = MODULE_ANNOUNCED,
                              .major = {BTL_MAJOR_NONE, BTL_MAJOR_NONE},
                              .adoptable = entry->state == BTLM_LINKED};
    if (entry->state != BTLM_FAILED && entry->state != BTLM_OFF)
        return;
    if (entry->state == BTLM_OFF)
        btl_format_to(reason, sizeof(reason), "switched off in the configuration");
    if (entry->reason != BTL_NONE) {
        const struct btlm_diagnostic *diag =
            btl_manifest_entry(manifest, BTLM_DIAGNOSTICS, entry->reason);
        struct btl_str text = btl_manifest_str(manifest, diag->text);
        btl_format_to(reason, sizeof(reason), "%pS", &text);
    }
    module_failed(module, reason);
    if (entry->state == BTLM_OFF)
        module->state = MODULE_OFF;
}

void registry_init(void)
{
    const struct btl_manifest *manifest = handoff_manifest();
    uint32_t announced = (uint32_t)btl_manifest_count(manifest, BTLM_MODULES);

    images_init();
    types_init();
    chain_init();
    count = 0; // a panic goes through the table
    modules = kmem_alloc(announced * sizeof(*modules));
    reasons = kmem_alloc(announced * sizeof(*reasons));
    if (modules == NULL || reasons == NULL)
        kpanic("the memory of phase 1 (%pB) is too small for the registry of %u modules; make "
               "early_size larger in loader.conf",
               BTL_BYTES(boot_system()->early_size), announced);
    for (; count < announced; count++)
        module_announce(&modules[count], btl_manifest_module(manifest, count));
}

static void registry_visit(enum btl_phase registered, void (*visit)(struct module *module))
{
    for (uint32_t id = 0; id < count; id++)
        if (modules[id].state == MODULE_ANNOUNCED && modules[id].entry->registered == registered)
            visit(&modules[id]);
}

// What modules name by number comes first: no other module must get it.
void registry_register(enum btl_phase registered)
{
    registry_visit(registered, module_admitted);
    registry_visit(registered, module_registered);
}

// --- transitions

static void module_require_state(const struct module *module, uint32_t states,
                                 const char *transition)
{
    struct btl_str name = module_name(module);

    if (!(1u << module->state & states))
        kpanic("module %pS: %s from state %s", &name, transition, module_state_name(module->state));
}

// Rule 5: in phase 1 the services of all types but misc are missing.
static bool module_check_type(const struct module *module, struct btl_diags *diags)
{
    struct btl_place place = {.module = module_name(module)};

    if (module->entry->registered != BTL_PHASE_BOOT1 || module->entry->type == BTL_TYPE_MISC)
        return true;
    btl_report(diags, BTL_RUN_EARLY_TYPE, place, BTL_ARG_Z(btl_type_name(module->entry->type)));
    return false;
}

// One step of registration: the module fails if its type is wrong, or what it needs is taken. There
// is only one diagnostic, so the arena is on the stack.
static bool module_enter(struct module *module, bool fixed)
{
    uint64_t memory[64];
    struct btl_arena arena = {.at = (uint8_t *)memory, .end = (uint8_t *)(memory + 64)};
    struct btl_diags diags = {.arena = &arena};
    char reason[REASON_MAX];

    module_require_state(module, 1u << MODULE_ANNOUNCED, "registered");
    if (module_check_type(module, &diags) && type_reserve(module, fixed, &diags))
        return true;
    diags_explain_failure(module, &diags, reason);
    module_failed(module, reason);
    return false;
}

void module_admitted(struct module *module)
{
    module_enter(module, true);
}

void module_registered(struct module *module)
{
    if (module_enter(module, false))
        module->state = MODULE_REGISTERED;
}

void module_begin_load(struct module *module)
{
    module_require_state(module, 1u << MODULE_REGISTERED, "load");
    module->state = MODULE_LOADING;
}

void module_put_off(struct module *module)
{
    module_require_state(module, 1u << MODULE_LOADING, "put off");
    module->state = MODULE_REGISTERED;
}

void module_loaded(struct module *module)
{
    module_require_state(module, 1u << MODULE_LOADING, "loaded");
    for (uint32_t i = 0; i < module->entry->depend_count; i++)
        modules[module_dependency(module, i)].dependents++;
    module->state = MODULE_LOADED;
}

void module_begin_unload(struct module *module)
{
    module_require_state(module, 1u << MODULE_LOADED, "unload");
    module->state = MODULE_UNLOADING;
}

void module_unload_refused(struct module *module)
{
    module_require_state(module, 1u << MODULE_UNLOADING, "unload refused");
    module->state = MODULE_LOADED;
}

void module_unloaded(struct module *module)
{
    module_require_state(module, 1u << MODULE_UNLOADING, "unloaded");
    for (uint32_t i = 0; i < module->entry->depend_count; i++)
        modules[module_dependency(module, i)].dependents--;
    module->unloads++;
    module->state = MODULE_REGISTERED;
}

void module_failed(struct module *module, const char *reason)
{
    char *to = reasons[module_id(module)];

    module_require_state(module, 1u << MODULE_ANNOUNCED | 1u << MODULE_LOADING, "failed");
    module->state = MODULE_FAILED;
    btl_format_to(to, REASON_MAX, "%s", reason);
    module->reason = to;
}

void module_retry(struct module *module)
{
    module_require_state(module, 1u << MODULE_FAILED, "retry");
    module->reason = NULL;
    module->no_device = false;
    module->state = MODULE_REGISTERED;
}

enum btl_failure_action module_action(const struct module *module, bool fallback)
{
    const struct btlm_module *entry = module->entry;
    enum btl_failure_action action = btl_on_error_action(BTLM_ON_ERROR(entry->flags), fallback);

    if (module->state != MODULE_FAILED && module->state != MODULE_OFF)
        return BTL_GO_ON_SILENTLY;
    if (action == BTL_FALL_BACK && (entry->state == BTLM_FAILED || entry->state == BTLM_OFF))
        return BTL_GO_ON;
    return action;
}

enum btl_failure_action modules_action(bool fallback, uint32_t *ret_id)
{
    enum btl_failure_action strongest = BTL_GO_ON_SILENTLY;

    *ret_id = BTL_NONE;
    for (uint32_t id = 0; id < count; id++) {
        enum btl_failure_action action = module_action(&modules[id], fallback);
        if (action <= strongest)
            continue;
        strongest = action;
        *ret_id = id;
    }
    return strongest;
}
