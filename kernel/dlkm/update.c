// SPDX-License-Identifier: BSD-2-Clause
// Replacing the file of a module. The new file is checked and linked while the old module runs.
// Then the old one is unloaded and the new one loaded. A step that fails leads back to the old one.
#include "dlkm/link.h"
#include "dlkm/register.h"
#include "dlkm/source.h"

#include <btl/kernel.h>

struct update {
    struct registration registration;
    struct module *module;
    struct module_record *record; // of the new file, while the module does not have it
    struct module_record *before; // of the old file, while the new one has replaced it
    struct load_source next, back;
    bool back_was_read; // the bytes of `back` are this update's
    bool *loaded;       // by id: modules that were loaded for the new file; NULL: none
    uint32_t loaded_count;
};

// --- before the old module is unloaded

static bool update_check_state(struct update *update)
{
    const struct module *module = update->module;
    struct btl_place place = {.module = module_name(module)};

    if (!module_is_static(module) &&
        (module->state == MODULE_REGISTERED || module->state == MODULE_LOADED ||
         module->state == MODULE_FAILED))
        return true;
    btl_report(&update->registration.diags, BTL_RUN_UPDATE_STATE, place,
               BTL_ARG_Z(module_is_static(module) ? "linked into the kernel"
                                                  : module_state_name(module->state)));
    return false;
}

// Begin to note the modules that are loaded for the new file: those that are loaded now are not.
static bool update_begin_note(struct update *update)
{
    struct registration *registration = &update->registration;
    uint32_t count = module_count();

    update->loaded = BTL_NEW_ARRAY(&registration->heap.arena, bool, count);
    if (update->loaded == NULL)
        return registration_no_memory(registration, "loading the modules that it needs");
    update->loaded_count = count;
    for (uint32_t id = 0; id < count; id++)
        update->loaded[id] = module_get(id)->state == MODULE_LOADED;
    return true;
}

static void update_end_note(struct update *update)
{
    for (uint32_t id = 0; id < update->loaded_count; id++)
        update->loaded[id] = !update->loaded[id] && module_get(id)->state == MODULE_LOADED;
}

// The new file may need modules that the old one did not.
static bool update_load_needed(struct update *update)
{
    const struct btl_module_facts *facts = &update->record->facts;
    struct registration *registration = &update->registration;
    uint32_t before = registration->diags.errors;

    if (!update_begin_note(update))
        return false;
    for (uint32_t i = 0; i < facts->dependency_count; i++) {
        struct module *needed = module_get(facts->dependencies[i]);
        if (needed->state != MODULE_LOADED && module_load_by_hand(module_id(needed)) != 0)
            btl_report(&registration->diags, BTL_RUN_UPDATE_DEPENDENCY,
                       registration_place(registration), BTL_ARG(module_name(needed)));
    }
    update_end_note(update);
    return registration->diags.errors == before;
}

static bool update_no_way_back(struct update *update, const char *why)
{
    btl_report(&update->registration.diags, BTL_RUN_UPDATE_NO_WAY_BACK,
               (struct btl_place){.module = module_name(update->module)}, BTL_ARG_Z(why));
    return false;
}

// The old file is in memory before the module is unloaded: the module may serve its own disk, and
// the place of a file that was registered at run time has often the new one.
static bool update_open_back(struct update *update)
{
    struct module *module = update->module;
    bool in_memory = source_is_in_memory(module);

    if (!(module->entry->supported & btl_phase_needs(dlkm_phase())))
        return update_no_way_back(update, "it does not support RUN");
    if (!source_open(module, &update->back.file, &update->registration.diags))
        return update_no_way_back(update, "its file cannot be read any more");
    update->back_was_read = !in_memory;
    return true;
}

// Link the new file. Its exports have the names of the old ones, so each is in the table while the
// other is not.
static bool update_link(struct update *update)
{
    struct registration *registration = &update->registration;
    struct btl_module_facts facts = update->record->facts;
    struct held_exports old;
    bool taken = false;

    facts.id = module_id(update->module);
    if (!exports_take(facts.id, &old))
        return registration_no_memory(registration, "linking it");
    update->next.image =
        image_link(&facts, update->record->file, &registration->heap.arena, &registration->diags);
    if (update->next.image != NULL)
        taken = exports_take(facts.id, &update->next.exports);
    if (update->next.image != NULL && !taken) {
        btl_linker_forget(exports_linker(), facts.id);
        registration_no_memory(registration, "linking it");
    }
    if (!exports_give(&old, &registration->diags))
        kpanic("the exports of module %u do not fit into the table that had them", facts.id);
    exports_drop(&old);
    return taken;
}

static void update_discard_image(struct update *update)
{
    if (update->next.image != NULL)
        image_discard(update->next.image);
    update->next.image = NULL;
}

// --- from here on the old module is not loaded

static bool update_load(struct update *update, const struct load_source *from)
{
    module_begin_load(update->module);
    return load_from(update->module, dlkm_phase(), from);
}

// Give the module its new record. False: reported, and the module has the old one.
static bool update_exchange(struct update *update)
{
    if (!module_exchange(update->module, update->record, &update->before,
                         &update->registration.diags))
        return false;
    update->record = NULL;
    return true;
}

// The old record, if the new one has replaced it, and the old bytes.
static void update_go_back(struct update *update)
{
    struct btl_place place = {.module = module_name(update->module)};
    struct btl_diags *diags = &update->registration.diags;
    bool good = update->record != NULL ||
                module_exchange(update->module, update->before, &update->record, diags);

    good = good && update_load(update, &update->back);
    place.module = module_name(update->module);
    btl_report(diags, good ? BTL_RUN_UPDATE_BACK : BTL_RUN_UPDATE_LOST, place);
}

static bool update_replace(struct update *update)
{
    if (module_unload(module_id(update->module)) != 0) {
        update_discard_image(update);
        return false;
    }
    if (update_exchange(update) && update_load(update, &update->next))
        return true;
    if (update->record != NULL)
        update_discard_image(update); // load_from() has not had it
    update_go_back(update);
    return false;
}

// --- the whole

static bool update_apply(struct update *update)
{
    if (update->module->state != MODULE_LOADED)
        return update_exchange(update);
    if (update_load_needed(update) && update_open_back(update) && update_link(update))
        return update_replace(update);
    update_discard_image(update);
    return false;
}

// Unload each module that was loaded for the new file and has no user. True: one was unloaded, and
// what it needed may have no user now.
static bool update_unload_needed(const struct update *update)
{
    bool unloaded = false;

    for (uint32_t id = update->loaded_count; id-- > 0;) {
        const struct module *needed = module_get(id);
        if (update->loaded[id] && needed->state == MODULE_LOADED && needed->dependents == 0 &&
            module_hold_count(needed) == 0 && needed->image->linked.wrapper->unload != NULL)
            unloaded = module_unload(id) == 0 || unloaded;
    }
    return unloaded;
}

// Modules that were loaded or registered for the new file alone go again with it.
static void update_undo_needed(struct update *update)
{
    while (update_unload_needed(update))
        continue;
    registration_remove_needed(&update->registration);
}

static bool update_run(struct update *update, struct btl_str file)
{
    struct registration *registration = &update->registration;

    if (!update_check_state(update) || !registration_read(registration, file) ||
        !registration_plan(registration) || !registration_add_needed(registration))
        return false;
    update->record = registration_make_record(registration);
    if (update->record != NULL && update_apply(update))
        return true;
    update_undo_needed(update);
    return false;
}

int module_update(uint32_t id, struct btl_str file)
{
    struct update update = {.module = module_get(id)};
    bool good;

    registration_begin(&update.registration, update.module);
    good = update_run(&update, file.len > 0 ? file : module_path(update.module));
    registration_end(&update.registration);
    exports_drop(&update.next.exports);
    record_delete(update.record);
    if (good)
        record_delete(update.before);
    if (good && module_is_of_boot(update.module))
        source_release(update.module);
    if (update.back_was_read)
        kmem_free((void *)(uintptr_t)update.back.file.at);
    return good ? 0 : BTL_EINVAL;
}
