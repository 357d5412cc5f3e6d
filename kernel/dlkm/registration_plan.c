// SPDX-License-Identifier: BSD-2-Clause
// The plan of a request: the module, and what it needs, by the rules of core/plan. Modules that are
// registered already are in the plan with what the kernel knows of them.
#include "dlkm/register.h"

#include "base/handoff.h"

#include <btl/kernel.h>

// The plan refuses a file whose metadata has another name than the module that it replaces.
static struct btl_str registration_target_name(const struct registration *registration)
{
    return registration->replaced != NULL ? module_name(registration->replaced)
                                          : registration->target.info.name;
}

static bool registration_is_target(const struct registration *registration, struct btl_str name)
{
    return btl_str_equal(name, registration_target_name(registration));
}

static bool module_needs_replaced(const struct registration *registration,
                                  const struct module *module)
{
    return registration->replaced != NULL && module->state != MODULE_GONE &&
           module->state != MODULE_OFF && module->entry->state != BTLM_FAILED &&
           module_depends_on(module, module_id(registration->replaced));
}

static uint32_t registration_count_dependents(const struct registration *registration)
{
    uint32_t count = 0;

    for (uint32_t id = 0; id < module_count(); id++)
        count += module_needs_replaced(registration, module_get(id));
    return count;
}

// A module takes part as an AUTO one, with the values of loader.conf if it is the target. Those of
// the others were judged when they were registered.
static void module_config_choose(struct registration *registration, struct btl_str name,
                                 struct btl_module_config *chosen)
{
    bool target = registration_is_target(registration, name);

    if (chosen->name.len == 0 || !target)
        *chosen = (struct btl_module_config){.name = name, .on_error = BTL_ON_ERROR_WARN};
    chosen->path = NULL;
    chosen->phase = NULL;
    chosen->load_yes = chosen->phase_given = true;
    chosen->configured = BTL_PHASE_AUTO;
}

// The others keep what switches them off. Nothing is said about lines without effect.
static struct btl_module_config module_config_left_out(const struct btl_module_config *config)
{
    return (struct btl_module_config){.name = config->name,
                                      .load = config->load,
                                      .first = config->first,
                                      .load_no = config->load_no,
                                      .blacklisted = config->blacklisted,
                                      .left_out = true,
                                      .on_error = config->on_error,
                                      .tunables = config->tunables};
}

// Report a target that loader.conf switches off.
static bool registration_target_is_on(struct registration *registration,
                                      const struct btl_module_config *config)
{
    if (!config->load_no && !config->blacklisted)
        return true;
    btl_report(&registration->diags, BTL_RUN_REGISTER_OFF,
               btl_setting_place(&registration->config,
                                 config->load_no ? config->load : config->first, config->name));
    return false;
}

static void registration_choose_dependents(struct registration *registration,
                                           struct btl_module_config *at)
{
    for (uint32_t id = 0; id < module_count(); id++)
        if (module_needs_replaced(registration, module_get(id)))
            module_config_choose(registration, module_name(module_get(id)), at++);
}

// Is the module chosen? Each is in the configuration once.
static bool registration_has_chosen(const struct registration *registration, struct btl_str name)
{
    uint32_t id;

    return registration_is_target(registration, name) ||
           (module_find(name, &id) && module_needs_replaced(registration, module_get(id)));
}

// Make the configuration in which the target, and what depends on it, take part.
static bool registration_choose(struct registration *registration)
{
    const struct btl_config *config = &registration->config;
    size_t dependents = registration_count_dependents(registration), count = 1 + dependents;
    struct btl_module_config *chosen = BTL_NEW_ARRAY(
        &registration->heap.arena, struct btl_module_config, count + config->module_count);

    if (chosen == NULL)
        return registration_no_memory(registration, "planning");
    for (size_t i = 0; i < config->module_count; i++) {
        if (!registration_has_chosen(registration, config->modules[i].name))
            chosen[count++] = module_config_left_out(&config->modules[i]);
        else if (registration_is_target(registration, config->modules[i].name))
            chosen[0] = config->modules[i];
    }
    if (!registration_target_is_on(registration, &chosen[0]))
        return false;
    module_config_choose(registration, registration_target_name(registration), &chosen[0]);
    registration_choose_dependents(registration, chosen + 1);
    registration->chosen = *config;
    registration->chosen.modules = chosen;
    registration->chosen.module_count = count;
    return true;
}

static struct btl_interface *interfaces_of_manifest(const struct btl_manifest *manifest,
                                                    uint32_t owner, bool provided,
                                                    struct btl_arena *arena, size_t *ret_count)
{
    uint64_t all = btl_manifest_count(manifest, BTLM_INTERFACES), first = 0;
    struct btl_interface *interfaces;

    if (owner != BTL_KERNEL) {
        first = btl_manifest_module(manifest, owner)->first_interface;
        all = first + btl_manifest_module(manifest, owner)->interface_count;
    }
    interfaces = BTL_NEW_ARRAY(arena, struct btl_interface, all - first);
    *ret_count = 0;
    for (uint64_t i = first; interfaces != NULL && i < all; i++) {
        const struct btlm_interface *at = btl_manifest_entry(manifest, BTLM_INTERFACES, i);
        if (at->owner == owner && (at->provided != 0) == provided)
            interfaces[(*ret_count)++] =
                (struct btl_interface){btl_manifest_str(manifest, at->name), at->major, at->minor};
    }
    return interfaces;
}

static bool known_read_interfaces(struct registration *registration, const struct module *module,
                                  struct btl_modinfo *info)
{
    const struct btl_manifest *manifest = handoff_manifest();
    struct btl_arena *arena = &registration->heap.arena;

    if (module->record != NULL) {
        info->needs = module->record->interfaces;
        info->need_count = module->record->need_count;
        info->provides = module->record->interfaces + module->record->need_count;
        info->provide_count = module->record->provide_count;
        return true;
    }
    info->needs =
        interfaces_of_manifest(manifest, module_id(module), false, arena, &info->need_count);
    info->provides =
        interfaces_of_manifest(manifest, module_id(module), true, arena, &info->provide_count);
    return info->needs != NULL && info->provides != NULL;
}

// What the plan must know of a registered module. The kernel has given majors to it already.
static struct btl_modinfo *known_info(struct registration *registration,
                                      const struct module *module)
{
    const struct btlm_module *entry = module->entry;
    struct btl_modinfo *info = BTL_NEW(&registration->heap.arena, struct btl_modinfo);
    struct btl_str *depends =
        BTL_NEW_ARRAY(&registration->heap.arena, struct btl_str, entry->depend_count);

    if (info == NULL || depends == NULL || !known_read_interfaces(registration, module, info))
        return NULL;
    for (uint32_t i = 0; i < entry->depend_count; i++)
        depends[i] = module_name(module_get(module_dependency(module, i)));
    info->name = module_name(module);
    info->supported = entry->supported;
    info->type = (enum btl_module_type)entry->type;
    for (int kind = 0; kind < BTL_DEVICE_KINDS; kind++)
        info->majors[kind] = BTL_MAJOR_NONE;
    info->depends = depends;
    info->depend_count = entry->depend_count;
    return info;
}

// A module that the loader has refused, or that is off, fails those that need it.
static bool plan_give_known(struct registration *registration, uint32_t index,
                            const struct module *module)
{
    struct btl_modinfo *info;

    registration->plan.modules[index].path = module_path(module);
    if (module->state == MODULE_OFF ||
        (module->record == NULL && module->entry->state == BTLM_FAILED)) {
        btl_plan_fail(&registration->plan, index, NULL);
        return true;
    }
    info = known_info(registration, module);
    if (info == NULL)
        return registration_no_memory(registration, "planning");
    btl_plan_give(&registration->plan, index, info);
    return true;
}

static bool candidate_check_pin(struct registration *registration, uint32_t index,
                                const struct candidate *candidate)
{
    const struct btl_module_config *config = registration->plan.modules[index].config;
    struct btl_place file = {.file = candidate->place, .module = candidate->info.name};

    return config == NULL || config->sha256 == NULL ||
           btl_config_check_pin(&registration->config, config->sha256, file, candidate->sha256,
                                &registration->diags);
}

static void plan_give_candidate(struct registration *registration, uint32_t index,
                                struct candidate *candidate, bool good)
{
    const struct btl_diag *before = registration->diags.last;

    registration->plan.modules[index].path = candidate->place;
    if (good) {
        btl_plan_give(&registration->plan, index, &candidate->info);
        good = btl_plan_check_values(&registration->plan, index, &candidate->elf) &&
               candidate_check_pin(registration, index, candidate);
    }
    if (!good)
        btl_plan_fail(&registration->plan, index, btl_error_since(&registration->diags, before));
}

// Return the entry of a planned module. NULL: no memory.
static struct candidate *candidate_of(struct registration *registration, uint32_t index)
{
    struct btl_arena *arena = &registration->heap.arena;

    if (index >= registration->candidate_capacity &&
        !BTL_RESERVE(arena, registration->candidates, registration->candidate_capacity,
                     index + 1 - registration->candidate_capacity,
                     registration->candidate_capacity))
        return NULL;
    if (registration->candidates[index] == NULL)
        registration->candidates[index] = BTL_NEW(arena, struct candidate);
    return registration->candidates[index];
}

static bool plan_give_needed(struct registration *registration, uint32_t index)
{
    struct candidate *candidate = candidate_of(registration, index);
    bool good;

    if (candidate == NULL)
        return registration_no_memory(registration, "planning");
    good = candidate_search(registration, registration->plan.modules[index].name, candidate);
    plan_give_candidate(registration, index, candidate, good);
    return true;
}

static bool plan_give_next(struct registration *registration, uint32_t index)
{
    struct btl_str name = registration->plan.modules[index].name;
    uint32_t id;

    if (index == 0) {
        plan_give_candidate(registration, index, &registration->target, true);
        return true;
    }
    return module_find(name, &id) ? plan_give_known(registration, index, module_get(id))
                                  : plan_give_needed(registration, index);
}

static bool plan_collect(struct registration *registration)
{
    const struct btl_manifest *manifest = handoff_manifest();
    struct btl_modinfo *kernel = &registration->kernel;
    uint32_t index;

    kernel->provides = interfaces_of_manifest(manifest, BTL_KERNEL, true, &registration->heap.arena,
                                              &kernel->provide_count);
    if (kernel->provides == NULL ||
        !btl_plan_begin(&registration->plan, &registration->chosen, kernel,
                        &registration->heap.arena, &registration->diags))
        return registration_no_memory(registration, "planning");
    while ((index = btl_plan_next_wanted(&registration->plan)) != BTL_NONE)
        if (!plan_give_next(registration, index))
            return false;
    return true;
}

// A module that is registered must stay loadable with the new file.
static bool plan_keeps_dependents(struct registration *registration)
{
    const struct btl_plan *plan = &registration->plan;
    uint32_t id, errors = registration->diags.errors;

    for (uint32_t index = 1; index < plan->module_count; index++)
        if (plan->modules[index].verdict == BTL_FAILED &&
            module_find(plan->modules[index].name, &id) &&
            module_needs_replaced(registration, module_get(id)))
            btl_report(&registration->diags, BTL_RUN_UPDATE_DEPENDENT,
                       registration_place(registration), BTL_ARG(plan->modules[index].name));
    return registration->diags.errors == errors;
}

bool registration_plan(struct registration *registration)
{
    if (!registration_choose(registration) || !plan_collect(registration))
        return false;
    btl_plan_order(&registration->plan);
    btl_plan_compact(&registration->plan);
    return registration->plan.modules[0].verdict != BTL_FAILED &&
           plan_keeps_dependents(registration);
}
