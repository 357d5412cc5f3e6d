// SPDX-License-Identifier: BSD-2-Clause
// Registering of files that the boot did not name, with the modules that they need.
#include "dlkm/register.h"

#include <btl/kernel.h>

static bool register_name_is_free(struct registration *registration)
{
    uint32_t id;

    if (!module_find(registration->target.info.name, &id))
        return true;
    btl_report(&registration->diags, BTL_RUN_REGISTERED, registration_place(registration),
               BTL_ARG(module_path(module_get(id))));
    return false;
}

static struct module *register_add(struct registration *registration)
{
    struct module_record *record = NULL;
    struct module *module = NULL;

    if (!registration_add_needed(registration))
        return NULL;
    record = registration_make_record(registration);
    if (record != NULL)
        module = module_add(record, &registration->diags);
    if (module != NULL)
        return module;
    record_delete(record);
    registration_remove_needed(registration);
    return NULL;
}

int module_register(struct btl_str file, uint32_t *ret_id)
{
    struct registration registration;
    struct module *module = NULL;

    registration_begin(&registration, NULL);
    if (registration_read(&registration, file) && register_name_is_free(&registration) &&
        registration_plan(&registration))
        module = register_add(&registration);
    if (module != NULL)
        *ret_id = module_id(module);
    registration_end(&registration);
    return module != NULL ? 0 : BTL_EINVAL;
}

// Report every registered module that needs this one.
static bool unregister_check_needed(const struct module *module, struct btl_diags *diags)
{
    struct btl_place place = {.module = module_name(module)};
    uint32_t before = diags->errors;

    for (uint32_t id = 0; id < module_count(); id++)
        if (module_depends_on(module_get(id), module_id(module)))
            btl_report(diags, BTL_RUN_UNREGISTER_NEEDED, place,
                       BTL_ARG(module_name(module_get(id))));
    return diags->errors == before;
}

static bool unregister_check(const struct module *module, struct btl_diags *diags)
{
    struct btl_place place = {.module = module_name(module)};

    if (module_is_of_boot(module)) {
        btl_report(diags, BTL_RUN_UNREGISTER_BOOT, place, BTL_ARG(place.module));
        return false;
    }
    if (module->state == MODULE_REGISTERED || module->state == MODULE_FAILED)
        return unregister_check_needed(module, diags);
    btl_report(diags, BTL_RUN_UNREGISTER_STATE, place, BTL_ARG_Z(module_state_name(module->state)));
    return false;
}

int module_unregister(uint32_t id)
{
    uint64_t first_reports[ARENA_REPORT_WORDS];
    struct heap_arena reports;
    struct btl_diags diags = {.arena = &reports.arena};
    char reason[REASON_MAX];
    bool good;

    heap_arena_init_on(&reports, first_reports, sizeof(first_reports));
    good = unregister_check(module_get(id), &diags);
    diags_explain(&diags, reason);
    heap_arena_free(&reports);
    if (good)
        module_remove(module_get(id));
    return good ? 0 : BTL_EBUSY;
}
