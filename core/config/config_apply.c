// SPDX-License-Identifier: BSD-2-Clause
// From the assignments, in order, to the configuration: the last one of each key, by module.
#include "config_parser.h"

#include <btl/mem.h>
#include <btl/names.h>

struct apply {
    struct btl_arena *arena;
    struct btl_config *config;
    struct btl_names modules;
    const struct btl_setting **first; // by module: the first assignment that mentions it
    struct btl_str blacklist;
};

// Mark every assignment that a later one replaces.
static bool mark_overridden(struct btl_config *config, struct btl_arena *arena)
{
    struct btl_names keys;
    struct btl_setting **last = BTL_NEW_ARRAY(arena, struct btl_setting *, config->setting_count);
    if (last == NULL || !btl_names_init(&keys, config->setting_count, arena))
        return false;
    for (size_t i = 0; i < config->setting_count; i++) {
        struct btl_setting *setting = &config->settings[i];
        uint32_t key = btl_names_number(&keys, setting->key);
        if (last[key] != NULL)
            last[key]->overridden = true;
        last[key] = setting;
    }
    return true;
}

static void mention_module(struct apply *apply, struct btl_str module,
                           const struct btl_setting *setting)
{
    uint32_t number = btl_names_number(&apply->modules, module);
    if (apply->first[number] == NULL)
        apply->first[number] = setting;
}

static bool is_blacklist(const struct btl_setting *setting)
{
    return setting->key_id == CONFIG_MODULE_BLACKLIST && !setting->overridden;
}

// An upper bound for the number of modules. Overridden settings count: they give the order.
static size_t max_modules(const struct btl_config *config)
{
    size_t max = 0;
    for (size_t i = 0; i < config->setting_count; i++) {
        const struct btl_setting *setting = &config->settings[i];
        struct btl_str list = is_blacklist(setting) ? setting->value : BTL_STR(""), name;
        max += setting->module_len > 0;
        while (btl_take_name(&list, &name))
            max++;
    }
    return max;
}

// Number the modules in the order of first mention.
static bool find_modules(struct apply *apply)
{
    struct btl_config *config = apply->config;
    size_t max = max_modules(config);
    apply->first = BTL_NEW_ARRAY(apply->arena, const struct btl_setting *, max);
    if (apply->first == NULL || !btl_names_init(&apply->modules, max, apply->arena))
        return false;
    for (size_t i = 0; i < config->setting_count; i++) {
        const struct btl_setting *setting = &config->settings[i];
        struct btl_str list = is_blacklist(setting) ? setting->value : BTL_STR(""), name;
        if (setting->module_len > 0)
            mention_module(apply, config_setting_module(setting), setting);
        if (list.len > 0)
            apply->blacklist = list;
        while (btl_take_name(&list, &name))
            mention_module(apply, name, setting);
    }
    config->module_count = apply->modules.count;
    config->modules = BTL_NEW_ARRAY(apply->arena, struct btl_module_config, config->module_count);
    if (config->modules == NULL)
        return false;
    for (size_t i = 0; i < config->module_count; i++) {
        config->modules[i].name = apply->modules.name[i];
        config->modules[i].first = apply->first[i];
    }
    return true;
}

static struct btl_module_config *find_module(const struct apply *apply, struct btl_str name)
{
    uint32_t number = btl_names_find(&apply->modules, name);
    BTL_ASSERT(number < apply->config->module_count); // find_modules() has numbered all
    return &apply->config->modules[number];
}

// Write the value of a checked assignment to the member that the table of keys names.
static void write_value(char *member, enum config_type type, struct btl_str value)
{
    uint32_t number;
    bool yes;
    switch (type) {
    case CONFIG_TEXT:
    case CONFIG_PATH:
    case CONFIG_PATHS:
        memcpy(member, &value, sizeof(value));
        break;
    case CONFIG_YES_NO:
        yes = config_is_yes(value);
        memcpy(member, &yes, sizeof(yes));
        break;
    case CONFIG_MODULES:
        break;
    default:
        number = config_number(type, value);
        memcpy(member, &number, sizeof(number));
    }
}
_Static_assert(sizeof(enum btl_phase) == 4 && sizeof(enum btl_on_error) == 4 &&
                   sizeof(enum btl_stop_action) == 4 && sizeof(enum btl_stage) == 4 &&
                   sizeof(enum btl_registering) == 4 && sizeof(enum btl_sealing) == 4 &&
                   sizeof(enum btl_menu_style) == 4 && sizeof(enum btl_kernel_kind) == 4,
               "members that write_value() writes as a number");

static void apply_setting(const struct apply *apply, const struct btl_setting *setting)
{
    const struct config_key_row *row = config_key_row((enum config_key)setting->key_id);
    char *record = (char *)apply->config;
    if (setting->module_len > 0) {
        struct btl_module_config *module = find_module(apply, config_setting_module(setting));
        module->tunable_count += setting->key_id == CONFIG_TUNABLE;
        record = (char *)module;
    }
    if (row != NULL && row->value != 0)
        write_value(record + row->value, row->type, setting->value);
    if (row != NULL && row->setting != 0)
        memcpy(record + row->setting, &setting, sizeof(setting));
    apply->config->boot_timeout_given |= setting->key_id == CONFIG_BOOT_TIMEOUT;
}

static void apply_settings(const struct apply *apply)
{
    struct btl_config *config = apply->config;
    struct btl_str list = apply->blacklist, name;
    for (size_t i = 0; i < config->setting_count; i++) {
        if (!config->settings[i].overridden)
            apply_setting(apply, &config->settings[i]);
    }
    while (btl_take_name(&list, &name))
        find_module(apply, name)->blacklisted = true;
}

// What follows from several settings of a module. The more exact one of on_error and required wins.
static void settle_modules(struct btl_config *config)
{
    for (size_t i = 0; i < config->module_count; i++) {
        struct btl_module_config *module = &config->modules[i];
        module->load_no = module->load != NULL && !module->load_yes;
        module->phase_given = module->phase != NULL;
        if (module->required_yes && module->on_error_setting == NULL)
            module->on_error = BTL_ON_ERROR_REQUIRED;
    }
}

// One array for all, cut into the modules' parts by the counts that apply_setting() has taken.
static bool collect_tunables(const struct apply *apply)
{
    struct btl_config *config = apply->config;
    size_t total = 0;
    for (size_t i = 0; i < config->module_count; i++)
        total += config->modules[i].tunable_count;
    struct btl_tunable_setting *tunables =
        BTL_NEW_ARRAY(apply->arena, struct btl_tunable_setting, total);
    if (tunables == NULL)
        return false;
    for (size_t i = 0; i < config->module_count; i++) {
        config->modules[i].tunables = tunables;
        tunables += config->modules[i].tunable_count;
        config->modules[i].tunable_count = 0; // counts again, below
    }
    for (size_t i = 0; i < config->setting_count; i++) {
        const struct btl_setting *setting = &config->settings[i];
        if (setting->key_id != CONFIG_TUNABLE || setting->overridden)
            continue;
        struct btl_module_config *module = find_module(apply, config_setting_module(setting));
        module->tunables[module->tunable_count++] = (struct btl_tunable_setting){
            btl_str_after(setting->key, setting->module_len + 1u), setting};
    }
    return true;
}

static bool is_raw_file(const struct btl_setting *setting)
{
    return setting->key_id == CONFIG_RAW_FILE && !setting->overridden;
}

static bool collect_raw_files(const struct apply *apply)
{
    struct btl_config *config = apply->config;
    size_t count = 0;
    for (size_t i = 0; i < config->setting_count; i++)
        count += is_raw_file(&config->settings[i]);
    config->raw_files = BTL_NEW_ARRAY(apply->arena, struct btl_raw_file_setting, count);
    if (config->raw_files == NULL)
        return false;
    for (size_t i = 0; i < config->setting_count; i++) {
        const struct btl_setting *setting = &config->settings[i];
        if (is_raw_file(setting))
            config->raw_files[config->raw_file_count++] = (struct btl_raw_file_setting){
                btl_str_after(setting->key, sizeof(RAW_FILE_PREFIX) - 1), setting};
    }
    return true;
}

bool config_apply(struct btl_config *config, struct btl_arena *arena)
{
    struct apply apply = {.arena = arena, .config = config};
    if (!mark_overridden(config, arena) || !find_modules(&apply))
        return false;
    apply_settings(&apply);
    settle_modules(config);
    return collect_tunables(&apply) && collect_raw_files(&apply);
}
