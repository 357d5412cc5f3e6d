// SPDX-License-Identifier: BSD-2-Clause
// The planner's first half: which modules there are, where their files may be, what they depend on.
#include <btl/plan.h>

#include "plan_state.h"

#define MODULES_MIN 16u
#define MODULES_MAX (1u << 30)

// Make place for one more module.
static bool plan_reserve_module(struct btl_plan *plan)
{
    struct btl_plan_state *state = plan->state;
    return plan->module_count < MODULES_MAX &&
           BTL_RESERVE(plan->arena, plan->modules, plan->module_count, 1, state->module_capacity) &&
           BTL_RESERVE(plan->arena, state->nodes, plan->module_count, 1, state->node_capacity);
}

// Take the next directory of module_path from *offset on. False: there is none left.
static bool plan_next_directory(struct btl_str list, uint32_t *offset,
                                struct btl_str *ret_directory)
{
    struct btl_str rest = btl_str_after(list, *offset);
    bool found = btl_take_part(&rest, ';', ret_directory);
    *offset = (uint32_t)(list.len - rest.len);
    return found;
}

// No bytes when there is no memory.
static struct btl_str plan_join_path(struct btl_plan *plan, struct btl_str directory,
                                     struct btl_str name)
{
    struct btl_str path = btl_module_path(plan->arena, directory, name);
    if (path.at == NULL)
        plan_no_memory(plan);
    return path;
}

static struct btl_str plan_search_path(const struct btl_plan *plan)
{
    const struct btl_config *config = plan->config;
    return config->search_path.at != NULL ? config->search_path : config->module_path;
}

static void plan_set_first_path(struct btl_plan *plan, struct btl_planned *module,
                                struct plan_node *node)
{
    if (module->config != NULL && module->config->path != NULL) {
        module->path = module->config->path->value;
        return;
    }
    struct btl_str directory = {"", 0}; // a module_path without directories means the root
    plan_next_directory(plan_search_path(plan), &node->path_offset, &directory);
    module->path = plan_join_path(plan, directory, module->name);
    node->first_path = module->path;
}

// Adds a module that takes part, or that a module depends on. BTL_NONE: no memory.
static uint32_t plan_add_module(struct btl_plan *plan, struct btl_str name,
                                const struct btl_module_config *config)
{
    if (!plan_reserve_module(plan))
        return BTL_NONE;
    uint32_t index = plan->module_count++;
    struct btl_planned *module = &plan->modules[index];
    bool off = config != NULL && (config->load_no || config->blacklisted);
    *module = (struct btl_planned){
        .name = name,
        .config = config,
        .configured = BTL_PHASE_AUTO,
        .phase = BTL_PHASE_AUTO,
        .registered = BTL_PHASE_BOOT2,
        .pulled_by = BTL_NONE,
        .on_error = config != NULL ? config->on_error : BTL_ON_ERROR_WARN,
        .verdict = off ? BTL_OFF : BTL_PENDING,
    };
    plan_set_first_path(plan, module, &plan->state->nodes[index]);
    return index;
}

static bool config_takes_part(const struct btl_module_config *config)
{
    return config->load_yes && !config->blacklisted;
}

static void plan_set_phase(struct btl_planned *module)
{
    module->configured = module->config != NULL && module->config->phase_given
                             ? module->config->configured
                             : BTL_PHASE_INIT;
    module->phase = module->configured;
}

static bool plan_add_configured(struct btl_plan *plan)
{
    const struct btl_config *config = plan->config;
    for (size_t i = 0; i < config->module_count; i++) {
        const struct btl_module_config *module = &config->modules[i];
        uint32_t index = PLAN_ONLY_CONFIG + (uint32_t)i;
        if (config_takes_part(module) && plan_is_in_linux(plan, module->name)) {
            plan_note_in_linux(plan, module);
        } else if (config_takes_part(module)) {
            index = plan_add_module(plan, module->name, module);
            if (index == BTL_NONE)
                return false;
            plan_set_phase(&plan->modules[index]);
        } else if (module->load_yes) {
            btl_report(plan->diags, BTL_PLAN_BLACKLISTED,
                       btl_setting_place(config, module->load, module->name),
                       BTL_ARG(module->name));
        }
        if (plan_table_add(&plan->state->names, plan_key(plan, module->name), 0, index) == NULL)
            return false;
    }
    return true;
}

// Note the lines about a file, which a static module has not.
static void plan_note_static(struct btl_plan *plan, const struct btl_planned *module)
{
    const struct btl_module_config *config = module->config;
    const struct btl_setting *lines[] = {config->load_yes ? config->load : NULL, config->path,
                                         config->sha256};
    for (size_t i = 0; i < BTL_COUNT(lines); i++)
        if (lines[i] != NULL)
            btl_report(plan->diags, BTL_PLAN_BUILT_IN,
                       btl_setting_place(plan->config, lines[i], module->name));
}

// Mark the static modules, and add those that no line loads after the others: they take part unless
// a line switches them off.
static bool plan_add_statics(struct btl_plan *plan)
{
    for (size_t i = 0; plan->kernel != NULL && i < plan->kernel->static_count; i++) {
        const struct btl_static_module *module = &plan->kernel->statics[i];
        uint32_t *known = plan_table_add(&plan->state->names, module->name, 0, BTL_NONE);
        const struct btl_module_config *config = NULL;
        if (known == NULL)
            return false;
        if (*known >= PLAN_ONLY_CONFIG) {
            if (*known != BTL_NONE)
                config = &plan->config->modules[*known - PLAN_ONLY_CONFIG];
            *known = plan_add_module(plan, module->name, config);
            if (*known == BTL_NONE)
                return false;
            plan_set_phase(&plan->modules[*known]);
        }
        plan->modules[*known].built_in = module;
        plan->modules[*known].path = plan->config->kernel;
        if (plan->modules[*known].config != NULL)
            plan_note_static(plan, &plan->modules[*known]);
    }
    plan->state->configured_count = plan->module_count;
    return true;
}

static bool plan_start(struct btl_plan *plan)
{
    struct btl_plan_state *state = BTL_NEW(plan->arena, struct btl_plan_state);
    size_t expected = plan->config->module_count;
    if (state == NULL || expected > MODULES_MAX)
        return false;
    size_t capacity = expected < MODULES_MIN ? MODULES_MIN : expected;
    if (!BTL_RESERVE(plan->arena, state->nodes, 0, capacity, state->node_capacity) ||
        !BTL_RESERVE(plan->arena, plan->modules, 0, capacity, state->module_capacity) ||
        !plan_table_init(&state->names, expected, plan->arena))
        return false;
    plan->state = state;
    return plan_add_configured(plan) && plan_add_statics(plan);
}

bool btl_plan_begin(struct btl_plan *plan, const struct btl_config *config,
                    const struct btl_modinfo *kernel, struct btl_arena *arena,
                    struct btl_diags *diags)
{
    *plan = (struct btl_plan){.config = config, .kernel = kernel, .arena = arena, .diags = diags};
    if (!plan_start(plan))
        plan_no_memory(plan);
    else if (!plan->state->out_of_memory)
        return true;
    plan->module_count = 0;
    plan->state = NULL;
    return false;
}

uint32_t btl_plan_next_wanted(struct btl_plan *plan)
{
    while (plan->state != NULL && plan->state->next_wanted < plan->module_count) {
        uint32_t index = plan->state->next_wanted++;
        if (plan->modules[index].verdict == BTL_PENDING)
            return index;
    }
    return BTL_NONE;
}

bool btl_plan_next_path(struct btl_plan *plan, uint32_t index)
{
    struct btl_planned *module = &plan->modules[index];
    struct plan_node *node = &plan->state->nodes[index];
    struct btl_str directory, path = {NULL, 0};
    if (module->built_in != NULL)
        return false;
    if (module->config != NULL && module->config->path != NULL)
        return false;
    bool found = plan_next_directory(plan_search_path(plan), &node->path_offset, &directory);
    if (!found && plan_spell_next(plan, index)) {
        node->path_offset = 0;
        found = plan_next_directory(plan_search_path(plan), &node->path_offset, &directory);
    }
    if (found)
        path = plan_join_path(plan, directory,
                              node->spelling.at != NULL ? node->spelling : module->name);
    module->path = path.at != NULL ? path : node->first_path;
    return path.at != NULL;
}

// The index of a dependency, which joins the plan when it was not known. BTL_NONE: no memory.
static uint32_t plan_require_module(struct btl_plan *plan, struct btl_str name)
{
    uint32_t *known = plan_table_add(&plan->state->names, plan_key(plan, name), 0, BTL_NONE);
    if (known == NULL)
        return BTL_NONE;
    if (*known < PLAN_ONLY_CONFIG)
        return *known;
    const struct btl_module_config *config = NULL;
    if (*known != BTL_NONE)
        config = &plan->config->modules[*known - PLAN_ONLY_CONFIG];
    *known = plan_add_module(plan, name, config);
    return *known;
}

// Fills in the dependencies, each once however often it is declared.
static bool plan_add_dependencies(struct btl_plan *plan, uint32_t index,
                                  const struct btl_modinfo *info)
{
    uint32_t *dependencies = BTL_NEW_ARRAY(plan->arena, uint32_t, info->depend_count);
    if (dependencies == NULL)
        return false;
    uint32_t count = 0, stamp = plan_new_stamp(plan);
    for (size_t i = 0; i < info->depend_count; i++) {
        if (plan_is_in_linux(plan, info->depends[i]))
            continue;
        uint32_t dependency = plan_require_module(plan, info->depends[i]);
        if (dependency == BTL_NONE)
            return false;
        if (plan->state->nodes[dependency].mark == stamp)
            continue;
        plan->state->nodes[dependency].mark = stamp;
        dependencies[count++] = dependency;
    }
    plan->modules[index].dependencies = dependencies;
    plan->modules[index].dependency_count = count;
    return true;
}

// Without NAME_phase a module is loaded as late as it can be, a static one as early.
static enum btl_phase plan_default_phase(const struct btl_planned *module, uint8_t supported)
{
    if (module->built_in != NULL && (supported & BTL_SUPPORTS_BOOT1))
        return BTL_PHASE_BOOT1;
    if (module->built_in != NULL && (supported & BTL_SUPPORTS_BOOT2))
        return BTL_PHASE_BOOT2;
    if (supported & BTL_SUPPORTS_RUN)
        return BTL_PHASE_INIT;
    if (supported & BTL_SUPPORTS_BOOT2)
        return BTL_PHASE_BOOT2;
    return supported & BTL_SUPPORTS_BOOT1 ? BTL_PHASE_BOOT1 : BTL_PHASE_INIT;
}

void btl_plan_give(struct btl_plan *plan, uint32_t index, const struct btl_modinfo *info)
{
    struct btl_planned *module = &plan->modules[index];
    if (module->verdict != BTL_PENDING || module->info != NULL)
        return;
    if (!plan_names_equal(plan, info->name, module->name)) {
        plan_set_failed(plan, index,
                        btl_report(plan->diags, BTL_PLAN_NAME_MISMATCH,
                                   plan_place(plan, index, NULL), BTL_ARG(module->path),
                                   BTL_ARG(info->name), BTL_ARG(module->name)));
        return;
    }
    module->info = info;
    if (info->supported & BTL_SUPPORTS_BOOT1)
        module->registered = BTL_PHASE_BOOT1;
    if (plan_is_configured(plan, index) && (module->config == NULL || !module->config->phase_given))
        module->configured = module->phase = plan_default_phase(module, info->supported);
    if (!plan_add_dependencies(plan, index, info))
        plan_no_memory(plan);
}
