// SPDX-License-Identifier: BSD-2-Clause
// The records of the modules that a request has planned.
#include "dlkm/register.h"

#include <btl/kernel.h>

static bool record_copy_interfaces(struct module_record *record, const struct btl_modinfo *info)
{
    struct btl_arena *arena = &record->heap.arena;
    struct btl_interface *to =
        BTL_NEW_ARRAY(arena, struct btl_interface, info->need_count + info->provide_count);
    bool good = to != NULL;

    record->interfaces = to;
    record->need_count = (uint32_t)info->need_count;
    record->provide_count = (uint32_t)info->provide_count;
    for (size_t i = 0; good && i < info->need_count + info->provide_count; i++) {
        to[i] = i < info->need_count ? info->needs[i] : info->provides[i - info->need_count];
        to[i].name = btl_str_copy(arena, to[i].name);
        good = to[i].name.at != NULL;
    }
    return good;
}

// The modules that it needs are registered by now.
static bool record_copy_dependencies(struct module_record *record, const struct btl_plan *plan,
                                     const struct btl_planned *planned)
{
    uint32_t *ids = BTL_NEW_ARRAY(&record->heap.arena, uint32_t, planned->dependency_count);

    for (uint32_t i = 0; ids != NULL && i < planned->dependency_count; i++)
        module_find(plan->modules[planned->dependencies[i]].name, &ids[i]);
    record->facts.dependencies = ids;
    record->facts.dependency_count = record->entry.depend_count = planned->dependency_count;
    return ids != NULL;
}

static bool record_copy_settings(struct module_record *record,
                                 const struct btl_module_config *config)
{
    struct btl_arena *arena = &record->heap.arena;
    size_t count = config != NULL ? config->tunable_count : 0;
    struct btl_module_setting *settings = BTL_NEW_ARRAY(arena, struct btl_module_setting, count);
    bool good = settings != NULL;

    record->facts.settings = settings;
    record->facts.setting_count = record->entry.tunable_count = (uint32_t)count;
    for (size_t i = 0; good && i < count; i++) {
        const struct btl_setting *line = config->tunables[i].setting;
        settings[i] =
            (struct btl_module_setting){.name = btl_str_copy(arena, config->tunables[i].name),
                                        .value = btl_str_copy(arena, line->value),
                                        .line = line->line,
                                        .column = line->value_column};
        good = settings[i].name.at != NULL && settings[i].value.at != NULL;
    }
    return good;
}

static bool record_copy_texts(struct module_record *record, const struct candidate *candidate,
                              const struct btl_module_config *config)
{
    struct btl_arena *arena = &record->heap.arena;
    bool flags = config != NULL && config->flags != NULL;

    record->facts.name = btl_str_copy(arena, candidate->info.name);
    record->facts.flags = btl_str_copy(arena, flags ? config->flags->value : BTL_STR(""));
    record->path = btl_str_copy(arena, candidate->place);
    record->version = btl_str_copy(arena, candidate->info.version);
    record->description = btl_str_copy(arena, candidate->info.description);
    return record->facts.name.at != NULL && record->facts.flags.at != NULL &&
           record->path.at != NULL && record->version.at != NULL && record->description.at != NULL;
}

// The numbers, as the manifest has them for other modules. A new file does not change what
// loader.conf says for the next boot.
static struct btlm_module candidate_entry(const struct candidate *candidate,
                                          const struct btl_module_config *config,
                                          const struct module *replaced)
{
    struct btlm_module entry = {
        .type = (uint8_t)candidate->info.type,
        .supported = candidate->info.supported,
        .configured = BTL_PHASE_AUTO,
        .phase = BTL_PHASE_AUTO,
        .registered = BTL_PHASE_AUTO,
        .state = BTLM_REGISTERED,
        .flags = BTLM_METADATA | BTL_ON_ERROR_WARN << BTLM_ON_ERROR_SHIFT,
        .pulled_by = BTL_NONE,
        .reason = BTL_NONE,
        .file_size = candidate->bytes.size,
    };

    if (config != NULL && config->first != NULL)
        entry.flags |= BTLM_CONFIGURED;
    if (replaced != NULL)
        entry.configured = replaced->entry->configured;
    memcpy(entry.sha256, candidate->sha256, sizeof(entry.sha256));
    for (int kind = 0; kind < BTL_DEVICE_KINDS; kind++)
        entry.majors[kind] = candidate->info.majors[kind];
    return entry;
}

static struct module_record *record_make(struct registration *registration, uint32_t index,
                                         struct candidate *candidate)
{
    const struct btl_planned *planned = &registration->plan.modules[index];
    struct module_record *record = record_new();

    if (record != NULL) {
        record->entry =
            candidate_entry(candidate, planned->config, index == 0 ? registration->replaced : NULL);
        record->facts.on_error = BTL_ON_ERROR_WARN;
        if (record_copy_texts(record, candidate, planned->config) &&
            record_copy_interfaces(record, planned->info) &&
            record_copy_dependencies(record, &registration->plan, planned) &&
            record_copy_settings(record, planned->config)) {
            record->file = candidate->bytes;
            candidate->bytes = (struct btl_bytes){NULL, 0};
            return record;
        }
        record_delete(record);
    }
    registration_no_memory(registration, "registering it");
    return NULL;
}

struct module_record *registration_make_record(struct registration *registration)
{
    return record_make(registration, 0, &registration->target);
}

static bool registration_add(struct registration *registration, uint32_t index)
{
    struct module_record *record =
        record_make(registration, index, registration->candidates[index]);
    struct module *module = NULL;

    if (record != NULL)
        module = module_add(record, &registration->diags);
    if (module == NULL) {
        record_delete(record);
        return false;
    }
    registration->added[registration->added_count++] = module_id(module);
    btl_report(&registration->diags, BTL_RUN_REGISTER_NEEDED,
               (struct btl_place){.module = module_name(module)},
               BTL_ARG(registration->target.info.name));
    return true;
}

void registration_remove_needed(struct registration *registration)
{
    while (registration->added_count > 0) {
        struct module *module = module_get(registration->added[--registration->added_count]);
        if (module->state != MODULE_LOADED) // it could not be unloaded
            module_remove(module);
    }
}

// In the plan's order, dependencies are first.
bool registration_add_needed(struct registration *registration)
{
    const struct btl_plan *plan = &registration->plan;
    bool good = true;

    registration->added = BTL_NEW_ARRAY(&registration->heap.arena, uint32_t, plan->module_count);
    if (registration->added == NULL)
        return registration_no_memory(registration, "registering it");
    for (uint32_t i = 0; good && i < plan->order_count; i++) {
        uint32_t index = plan->order[i];
        if (index < registration->candidate_capacity && registration->candidates[index] != NULL)
            good = registration_add(registration, index);
    }
    if (!good)
        registration_remove_needed(registration);
    return good;
}
