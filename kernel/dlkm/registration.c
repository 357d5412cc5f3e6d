// SPDX-License-Identifier: BSD-2-Clause
// A request to register a file: which file it is, whether loader.conf permits it, and the plan of
// the module and of what it needs, by the rules of core/plan. Modules that are registered already
// are in the plan with what the kernel knows of them.
#include "dlkm/register.h"

#include "base/handoff.h"
#include "dlkm/source.h"
#include "dlkm/volume.h"
#include "vm/vm.h"

#include <btl/hash.h>
#include <btl/kernel.h>
#include <btl/tunable.h>

void registration_begin(struct registration *registration, struct module *replaced)
{
    *registration = (struct registration){.replaced = replaced};
    heap_arena_init(&registration->heap);
    heap_arena_init_on(&registration->reports, registration->first_reports,
                       sizeof(registration->first_reports));
    registration->diags.arena = &registration->reports.arena;
}

static void candidate_free(struct candidate *candidate)
{
    kmem_free((void *)(uintptr_t)candidate->bytes.at);
    candidate->bytes = (struct btl_bytes){NULL, 0};
}

void registration_end(struct registration *registration)
{
    char reason[REASON_MAX];

    diags_explain(&registration->diags, reason);
    candidate_free(&registration->target);
    for (size_t i = 0; i < registration->candidate_capacity; i++)
        if (registration->candidates[i] != NULL)
            candidate_free(registration->candidates[i]);
    heap_arena_free(&registration->reports);
    heap_arena_free(&registration->heap);
}

// "/modules/mine.ko: mine: "
struct btl_place registration_place(const struct registration *registration)
{
    return (struct btl_place){.file = registration->target.place,
                              .module = registration->target.info.name};
}

bool registration_no_memory(struct registration *registration, const char *doing)
{
    btl_report(&registration->diags, BTL_NO_MEMORY, registration_place(registration),
               BTL_ARG_Z(doing));
    return false;
}

// --- the file

static bool diags_have_no_memory(const struct btl_diags *diags)
{
    const struct btl_diag *diag = diags->first;

    while (diag != NULL && diag->code != BTL_NO_MEMORY)
        diag = diag->next;
    return diag != NULL || diags->lost > 0;
}

// The loader has reported the errors of loader.conf. Without memory every key has its default,
// which may permit more than the file does.
static bool registration_configure(struct registration *registration)
{
    const struct btl_manifest *manifest = handoff_manifest();
    struct heap_arena reports;
    struct btl_diags reported = {.arena = &reports.arena};
    bool good;

    heap_arena_init(&reports);
    good = btl_config_parse(btl_manifest_str(manifest, btl_manifest_system(manifest)->config_path),
                            btl_manifest_text(manifest, BTLM_CONFIG), &registration->heap.arena,
                            &registration->config, &reported) ||
           !diags_have_no_memory(&reported);
    heap_arena_free(&reports);
    return good || registration_no_memory(registration, "reading loader.conf");
}

// Is the file of the boot volume, in a directory of module_path?
static bool place_is_in_module_path(const struct registration *registration, struct btl_str place)
{
    struct btl_str rest = registration->config.module_path, directory;
    struct btl_str name = btl_base_name(place);
    struct btl_str of = btl_directory_prefix(btl_str_first(place, place.len - name.len));

    while (btl_take_part(&rest, ';', &directory))
        if (btl_str_equal(btl_directory_prefix(directory), of))
            return true;
    return false;
}

static bool registration_permits(struct registration *registration, struct btl_str place)
{
    const struct module *replaced = registration->replaced;
    struct btl_place of = {.file = place};

    if (registration->config.module_register == BTL_REGISTER_ANY)
        return true;
    if (registration->config.module_register == BTL_REGISTER_BOOT) {
        btl_report(&registration->diags, BTL_RUN_REGISTER_BOOT, of);
        return false;
    }
    if (place_is_in_module_path(registration, place) ||
        (replaced != NULL && replaced->record == NULL &&
         btl_str_equal(place, module_path(replaced))))
        return true;
    btl_report(&registration->diags, BTL_RUN_REGISTER_PATH, of,
               BTL_ARG(registration->config.module_path));
    return false;
}

static bool candidate_report_error(struct registration *registration, struct btl_str place,
                                   const struct btl_fs *fs, int error)
{
    struct btl_place of = {.file = place};

    if (fs == NULL && btl_str_begins(place, BTL_STR("/")))
        btl_report(&registration->diags, BTL_RUN_NO_VOLUME, of, BTL_ARG(place));
    else if (fs == NULL)
        btl_report(&registration->diags, BTL_RUN_REGISTER_NO_VOLUME, of);
    else if (error == BTL_EINVAL)
        btl_report(&registration->diags, BTL_RUN_REGISTER_NO_PATH, of, BTL_ARG_Z(fs->name));
    else if (error == BTL_ENOENT)
        btl_report(&registration->diags, BTL_RUN_FILE_NOT_FOUND, of, BTL_ARG(place),
                   BTL_ARG_Z(fs->name));
    else
        btl_report(&registration->diags, BTL_RUN_FILE_UNREADABLE, of, BTL_ARG(place),
                   BTL_ARG_Z(fs->name), BTL_ARG_Z(btl_error_text(error)));
    return false;
}

static bool candidate_open(struct registration *registration, struct candidate *candidate)
{
    uint16_t machine = btl_manifest_system(handoff_manifest())->machine;
    struct btl_place place = {.file = candidate->place};

    return btl_elf_open(candidate->bytes, BTL_ELF_MODULE, machine, place, &candidate->elf,
                        &registration->diags) &&
           btl_modinfo_read(&candidate->elf, &registration->heap.arena, &candidate->info,
                            &registration->diags);
}

// The places of files are printed after the texts that they came from are gone.
static bool candidate_read(struct registration *registration, struct btl_str place,
                           struct candidate *candidate)
{
    struct btl_fs *fs;
    int error;

    candidate->place = btl_str_copy(&registration->heap.arena, place);
    if (candidate->place.at == NULL)
        return registration_no_memory(registration, "reading it");
    if (!registration_permits(registration, candidate->place))
        return false;
    error = volume_read_place(candidate->place, &fs, &candidate->bytes);
    return error == 0 ? candidate_open(registration, candidate)
                      : candidate_report_error(registration, candidate->place, fs, error);
}

static bool candidate_search(struct registration *registration, struct btl_str name,
                             struct candidate *candidate)
{
    struct btl_str place = {"", 0};
    struct btl_fs *fs = NULL;
    int error = source_search(name, &registration->heap.arena, &place, &fs, &candidate->bytes);

    candidate->place = place;
    if (error == 0)
        return registration_permits(registration, place) && candidate_open(registration, candidate);
    if (place.at == NULL)
        return registration_no_memory(registration, "looking for its file");
    if (error != BTL_ENOENT)
        return candidate_report_error(registration, place, fs, error);
    btl_report(&registration->diags, BTL_RUN_REGISTER_NO_FILE, (struct btl_place){.module = name},
               BTL_ARG(search_path()));
    return false;
}

static bool file_is_place(struct btl_str file)
{
    return btl_base_name(file).len < file.len;
}

bool registration_read(struct registration *registration, struct btl_str file)
{
    if (!vm_ready()) {
        btl_report(&registration->diags, BTL_RUN_REGISTER_EARLY,
                   (struct btl_place){.module = file});
        return false;
    }
    if (!registration_configure(registration))
        return false;
    return file_is_place(file) ? candidate_read(registration, file, &registration->target)
                               : candidate_search(registration, file, &registration->target);
}

// --- the plan

// The plan refuses a file whose metadata has another name than the module that it replaces.
static struct btl_str target_name(const struct registration *registration)
{
    return registration->replaced != NULL ? module_name(registration->replaced)
                                          : registration->target.info.name;
}

static bool registration_is_target(const struct registration *registration, struct btl_str name)
{
    return btl_str_equal(name, target_name(registration));
}

static bool module_needs_replaced(const struct registration *registration,
                                  const struct module *module)
{
    return registration->replaced != NULL && module->state != MODULE_GONE &&
           module->state != MODULE_OFF && module->entry->state != BTLM_FAILED &&
           module_depends_on(module, module_id(registration->replaced));
}

static uint32_t count_dependents(const struct registration *registration)
{
    uint32_t count = 0;

    for (uint32_t id = 0; id < module_count(); id++)
        count += module_needs_replaced(registration, module_get(id));
    return count;
}

// A module takes part as an AUTO one, with the values of loader.conf if it is the target. Those of
// the others were judged when they were registered.
static void choose(struct registration *registration, struct btl_str name,
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
static struct btl_module_config not_chosen(const struct btl_module_config *config)
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
static bool target_is_on(struct registration *registration, const struct btl_module_config *config)
{
    if (!config->load_no && !config->blacklisted)
        return true;
    btl_report(&registration->diags, BTL_RUN_REGISTER_OFF,
               btl_setting_place(&registration->config,
                                 config->load_no ? config->load : config->first, config->name));
    return false;
}

static void choose_dependents(struct registration *registration, struct btl_module_config *at)
{
    for (uint32_t id = 0; id < module_count(); id++)
        if (module_needs_replaced(registration, module_get(id)))
            choose(registration, module_name(module_get(id)), at++);
}

// Is the module chosen? Each is in the configuration once.
static bool is_chosen(const struct registration *registration, struct btl_str name)
{
    uint32_t id;

    return registration_is_target(registration, name) ||
           (module_find(name, &id) && module_needs_replaced(registration, module_get(id)));
}

// Make the configuration in which the target, and what depends on it, take part.
static bool registration_choose(struct registration *registration)
{
    const struct btl_config *config = &registration->config;
    size_t dependents = count_dependents(registration), count = 1 + dependents;
    struct btl_module_config *chosen = BTL_NEW_ARRAY(
        &registration->heap.arena, struct btl_module_config, count + config->module_count);

    if (chosen == NULL)
        return registration_no_memory(registration, "planning");
    for (size_t i = 0; i < config->module_count; i++) {
        if (!is_chosen(registration, config->modules[i].name))
            chosen[count++] = not_chosen(&config->modules[i]);
        else if (registration_is_target(registration, config->modules[i].name))
            chosen[0] = config->modules[i];
    }
    if (!target_is_on(registration, &chosen[0]))
        return false;
    choose(registration, target_name(registration), &chosen[0]);
    choose_dependents(registration, chosen + 1);
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

// Values of loader.conf for tunables are judged as the loader judges them.
static bool candidate_check_tunables(struct registration *registration, uint32_t index,
                                     const struct candidate *candidate)
{
    const struct btl_module_config *config = registration->plan.modules[index].config;
    bool good = true;

    for (size_t i = 0; config != NULL && i < config->tunable_count; i++) {
        const struct btl_tunable_setting *line = &config->tunables[i];
        struct btl_place place =
            btl_setting_place(&registration->config, line->setting, config->name);
        struct btl_file_tunable found;
        if (btl_tunable_find(&candidate->elf, line->name, &found))
            good = btl_tunable_parse(&found.tunable, line->name, line->setting->value, NULL, place,
                                     &registration->diags) &&
                   good;
    }
    return good;
}

// The hash that loader.conf pins.
static bool candidate_check_pin(struct registration *registration, uint32_t index,
                                const struct candidate *candidate)
{
    const struct btl_module_config *config = registration->plan.modules[index].config;
    char *text = BTL_NEW_ARRAY(&registration->reports.arena, char, BTL_SHA256_TEXT);
    uint8_t wanted[32], digest[32];

    if (config == NULL || config->sha256 == NULL || !btl_sha256_of(config->sha256->value, wanted))
        return true;
    btl_sha256(candidate->bytes, digest);
    if (memcmp(wanted, digest, sizeof(wanted)) == 0)
        return true;
    btl_report(&registration->diags, BTL_BOOT_PINNED,
               btl_setting_place(&registration->config, config->sha256, config->name),
               BTL_ARG(candidate->place),
               BTL_ARG_Z(text != NULL ? btl_sha256_text(digest, text) : ""));
    return false;
}

static void plan_give_candidate(struct registration *registration, uint32_t index,
                                struct candidate *candidate, bool good)
{
    const struct btl_diag *before = registration->diags.last;

    registration->plan.modules[index].path = candidate->place;
    if (good) {
        btl_plan_give(&registration->plan, index, &candidate->info);
        good = candidate_check_tunables(registration, index, candidate) &&
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

// --- the records

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
    btl_sha256(candidate->bytes, entry.sha256);
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
