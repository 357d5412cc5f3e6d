// SPDX-License-Identifier: BSD-2-Clause
#include "dlkm/dlkm.h"

#include "base/handoff.h"
#include "dlkm/source.h"

#include <btl/device.h>
#include <btl/kernel.h>

static struct module **modules; // by id; the first ones are those of the manifest
static uint32_t count, capacity, announced;

static const char *const state_name[MODULE_STATES] = {
    [MODULE_ANNOUNCED] = "announced",
    [MODULE_REGISTERED] = "registered",
    [MODULE_LOADING] = "loading",
    [MODULE_LOADED] = "loaded",
    [MODULE_UNLOADING] = "unloading",
    [MODULE_FAILED] = "failed",
    [MODULE_OFF] = "off",
    [MODULE_GONE] = "unregistered",
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
    return modules[id];
}

uint32_t module_id(const struct module *module)
{
    return module->id;
}

bool module_find(struct btl_str name, uint32_t *ret_id)
{
    for (uint32_t id = 0; id < count; id++) {
        if (modules[id]->state == MODULE_GONE || !btl_str_equal(module_name(modules[id]), name))
            continue;
        *ret_id = id;
        return true;
    }
    return false;
}

uint32_t module_new_stamp(void)
{
    static uint32_t stamp;

    return ++stamp;
}

struct module *module_at(uint64_t address)
{
    const struct module_image *image = image_find(address);
    uint32_t id;

    if (image == NULL)
        image = static_image_of(address);
    return image != NULL && module_find(image->module, &id) ? modules[id] : NULL;
}

// A module that the loader rejected starts as FAILED, with the loader's reason.
static void module_announce(struct module *module, char *reason_room)
{
    const struct btl_manifest *manifest = handoff_manifest();
    const struct btlm_module *entry = btl_manifest_module(manifest, count);
    char reason[REASON_MAX] = "the loader gave no reason";

    *module = (struct module){.entry = entry,
                              .id = count,
                              .reason_room = reason_room,
                              .state = MODULE_ANNOUNCED,
                              .major = {BTL_MAJOR_NONE, BTL_MAJOR_NONE},
                              .adoptable = entry->state == BTLM_LINKED ||
                                           (entry->flags & BTLM_BUILT_IN) != 0};
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
    struct module *all;
    char(*reasons)[REASON_MAX];

    images_init();
    types_init();
    chain_init();
    search_path_init();
    count = 0; // a panic goes through the table
    announced = capacity = (uint32_t)btl_manifest_count(manifest, BTLM_MODULES);
    modules = kmem_alloc(announced * sizeof(*modules));
    all = kmem_alloc(announced * sizeof(*all));
    reasons = kmem_alloc(announced * sizeof(*reasons));
    if (modules == NULL || all == NULL || reasons == NULL)
        kpanic("the memory of phase 1 (%pB) is too small for the registry of %u modules; make "
               "early_size larger in loader.conf",
               BTL_BYTES(boot_system()->early_size), announced);
    for (; count < announced; count++) {
        modules[count] = &all[count];
        module_announce(&all[count], reasons[count]);
    }
}

static void registry_visit(enum btl_phase registered, void (*visit)(struct module *module))
{
    for (uint32_t id = 0; id < count; id++)
        if (modules[id]->state == MODULE_ANNOUNCED && modules[id]->entry->registered == registered)
            visit(modules[id]);
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
        modules[module_dependency(module, i)]->dependents++;
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
        modules[module_dependency(module, i)]->dependents--;
    module->unloads++;
    module->state = MODULE_REGISTERED;
}

void module_failed(struct module *module, const char *reason)
{
    char *to = module->reason_room;

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

// --- at run time

bool module_is_of_boot(const struct module *module)
{
    return module->id < announced;
}

// The id of a module that is gone, or the next one behind all others. False: no memory.
static bool registry_find_room(uint32_t *ret_id)
{
    uint32_t id = announced, more = capacity < 32 ? 32 : 2 * capacity;
    struct module **larger;

    while (id < count && modules[id]->state != MODULE_GONE)
        id++;
    *ret_id = id;
    if (id < capacity)
        return true;
    larger = kmem_alloc(more * sizeof(*larger));
    if (larger == NULL)
        return false;
    memcpy(larger, modules, count * sizeof(*larger));
    kmem_free(modules);
    modules = larger;
    capacity = more;
    return true;
}

static bool module_reserve(struct module *module, struct btl_diags *diags)
{
    if (type_reserve(module, true, diags) && type_reserve(module, false, diags))
        return true;
    type_release(module);
    return false;
}

// The structure of a module that is gone stays, for the next one with its id.
static struct module *registry_make(uint32_t id)
{
    struct module *module = id < count ? modules[id] : kmem_alloc(sizeof(*module) + REASON_MAX);

    if (module == NULL)
        return NULL;
    *module = (struct module){.id = id,
                              .reason_room = (char *)(module + 1),
                              .state = MODULE_GONE,
                              .major = {BTL_MAJOR_NONE, BTL_MAJOR_NONE}};
    return module;
}

// The id is free; nothing asks for the entry.
static void module_forget(struct module *module)
{
    static const struct btlm_module none;

    module->entry = &none;
    module->reason = NULL;
    module->state = MODULE_GONE;
    while (count > announced && modules[count - 1]->state == MODULE_GONE)
        kmem_free(modules[--count]);
}

struct module *module_add(struct module_record *record, struct btl_diags *diags)
{
    struct module *module = NULL;
    uint32_t id;

    if (registry_find_room(&id))
        module = registry_make(id);
    if (module == NULL) {
        btl_report(diags, BTL_NO_MEMORY, (struct btl_place){.module = record->facts.name},
                   BTL_ARG_Z("registering it"));
        return NULL;
    }
    module->record = record;
    module->entry = &record->entry;
    modules[id] = module;
    if (id == count)
        count++;
    if (!module_reserve(module, diags)) {
        module->record = NULL;
        module_forget(module);
        return NULL;
    }
    module->state = MODULE_REGISTERED;
    return module;
}

void module_remove(struct module *module)
{
    module_require_state(module, 1u << MODULE_REGISTERED | 1u << MODULE_FAILED, "unregistered");
    type_release(module);
    tunable_values_forget(module);
    record_delete(module->record);
    module->record = NULL;
    module_forget(module);
}

// A module that wants the same keeps its majors, dynamic ones too.
static bool module_wants_the_same(const struct btlm_module *a, const struct btlm_module *b)
{
    return a->type == b->type && memcmp(a->majors, b->majors, sizeof(a->majors)) == 0;
}

// Take what the module's new entry names in place of what the old one did. False: reported, and the
// module is as before.
static bool module_reserve_instead(struct module *module, struct module_record *record,
                                   const struct btlm_module *entry, struct btl_diags *diags)
{
    const struct btlm_module *next = module->entry;
    struct module_record *next_record = module->record;

    module->record = record;
    module->entry = entry;
    type_release(module);
    module->record = next_record;
    module->entry = next;
    if (module_reserve(module, diags))
        return true;
    module->record = record;
    module->entry = entry;
    module_reserve(module, diags); // what it had a moment ago is free
    return false;
}

bool module_exchange(struct module *module, struct module_record *record,
                     struct module_record **ret_before, struct btl_diags *diags)
{
    const struct btlm_module *entry = module->entry;
    struct module_record *before = module->record;

    module_require_state(module, 1u << MODULE_REGISTERED | 1u << MODULE_FAILED, "exchanged");
    module->record = record;
    module->entry =
        record != NULL ? &record->entry : btl_manifest_module(handoff_manifest(), module->id);
    if (!module_wants_the_same(entry, module->entry) &&
        !module_reserve_instead(module, before, entry, diags))
        return false;
    *ret_before = before;
    if (module->state == MODULE_FAILED)
        module_retry(module);
    return true;
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
        enum btl_failure_action action = module_action(modules[id], fallback);
        if (action <= strongest)
            continue;
        strongest = action;
        *ret_id = id;
    }
    return strongest;
}
