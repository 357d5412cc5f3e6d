// SPDX-License-Identifier: BSD-2-Clause
// From the assignments, in order, to what they say: the last one of each key, by module.
#include "config_parser.h"

#include <btl/names.h>

struct apply {
    struct config_parser *parser;
    struct btl_config *config;
    struct btl_names modules;
    const struct btl_setting **first;    // by module: the first that mentions it
    const struct btl_setting *blacklist; // or NULL
};

// Marks every assignment that a later one replaces.
static bool mark_overridden(struct config_parser *parser, struct btl_config *config)
{
    struct btl_names keys;
    struct btl_setting **last =
        BTL_NEW_ARRAY(parser->arena, struct btl_setting *, config->setting_count);
    if (last == NULL || !btl_names_init(&keys, config->setting_count, parser->arena))
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

static void mention(struct apply *apply, struct btl_str module, const struct btl_setting *setting)
{
    uint32_t number = btl_names_number(&apply->modules, module);
    if (apply->first[number] == NULL)
        apply->first[number] = setting;
}

static size_t count_names(struct btl_str list)
{
    struct btl_str name;
    size_t count = 0;
    while (btl_take_name(&list, &name))
        count++;
    return count;
}

// An upper bound for the number of modules. Overridden settings count: they give the order.
static size_t most_modules(struct apply *apply)
{
    size_t most = 0;
    for (size_t i = 0; i < apply->config->setting_count; i++) {
        const struct btl_setting *setting = &apply->config->settings[i];
        struct config_name name = config_take_apart(setting->key);
        most += name.of_module;
        if (name.key != CONFIG_MODULE_BLACKLIST || setting->overridden)
            continue;
        apply->blacklist = setting;
        most += count_names(setting->value);
    }
    return most;
}

// Numbers the modules in the order of first mention.
static bool find_modules(struct apply *apply)
{
    struct btl_arena *arena = apply->parser->arena;
    struct btl_config *config = apply->config;
    size_t most = most_modules(apply);
    apply->first = BTL_NEW_ARRAY(arena, const struct btl_setting *, most);
    if (apply->first == NULL || !btl_names_init(&apply->modules, most, arena))
        return false;
    for (size_t i = 0; i < config->setting_count; i++) {
        const struct btl_setting *setting = &config->settings[i];
        struct config_name name = config_take_apart(setting->key);
        if (name.of_module)
            mention(apply, name.module, setting);
        if (setting != apply->blacklist)
            continue;
        struct btl_str list = setting->value, listed;
        while (btl_take_name(&list, &listed))
            mention(apply, listed, setting);
    }
    config->module_count = apply->modules.count;
    config->modules = BTL_NEW_ARRAY(arena, struct btl_module_config, config->module_count);
    if (config->modules == NULL)
        return false;
    for (size_t i = 0; i < config->module_count; i++) {
        config->modules[i].name = apply->modules.name[i];
        config->modules[i].first = apply->first[i];
    }
    return true;
}

static void apply_to_boot(struct btl_config *config, enum config_key key,
                          const struct btl_setting *setting)
{
    struct btl_str value = setting->value;
    if (key == CONFIG_KERNEL) {
        config->kernel = value;
        config->kernel_setting = setting;
    } else if (key == CONFIG_KERNEL_OPTIONS) {
        config->kernel_options = value;
    } else if (key == CONFIG_MODULE_PATH) {
        config->module_path = value;
    } else if (key == CONFIG_AUTOBOOT_DELAY) {
        config->autoboot_delay = config_number(value);
    } else if (key == CONFIG_TITLE) {
        config->title = value;
    } else if (key == CONFIG_MENU) {
        config->menu = (enum btl_menu_style)config_choice(CONFIG_MENU_STYLE, value);
    } else if (key == CONFIG_BOOT_TRIES) {
        config->boot_tries = config_number(value);
    } else if (key == CONFIG_BOOT_TIMEOUT) {
        config->boot_timeout_given = true;
        config->boot_timeout = config_number(value);
    } else if (key == CONFIG_VERBOSE) {
        config->verbose = config_is_yes(value);
    } else if (key == CONFIG_QUIET) {
        config->quiet = config_is_yes(value);
    } else if (key == CONFIG_MANIFEST_SAVE) {
        config->manifest_save = config_is_yes(value);
    } else if (key == CONFIG_REQUIRED_FAILURE) {
        config->required_failure = (enum btl_stop_action)config_choice(CONFIG_ACTION, value);
    } else if (key == CONFIG_STAGE) {
        config->stage = (enum btl_stage)config_choice(CONFIG_STAGING, value);
    }
}

static void apply_to_module(struct btl_module_config *module, enum config_key key,
                            const struct btl_setting *setting)
{
    if (key == CONFIG_LOAD) {
        module->load = setting;
        module->load_yes = config_is_yes(setting->value);
        module->load_no = !module->load_yes;
    } else if (key == CONFIG_PHASE) {
        module->phase = setting;
        module->phase_given = true;
        module->configured = config_phase(setting->value);
    } else if (key == CONFIG_NAME) {
        module->path = setting;
    } else if (key == CONFIG_FLAGS) {
        module->flags = setting;
    } else if (key == CONFIG_REQUIRED) {
        module->required = setting;
        module->required_yes = config_is_yes(setting->value);
    } else if (key == CONFIG_ON_ERROR) {
        module->on_error_setting = setting;
        module->on_error = config_on_error(setting->value);
    } else if (key == CONFIG_TUNABLE) {
        module->tunable_count++;
    }
}

static void apply_settings(struct apply *apply)
{
    struct btl_config *config = apply->config;
    for (size_t i = 0; i < config->setting_count; i++) {
        const struct btl_setting *setting = &config->settings[i];
        struct config_name name = config_take_apart(setting->key);
        if (setting->overridden)
            continue;
        if (name.of_module)
            apply_to_module(&config->modules[btl_names_number(&apply->modules, name.module)],
                            name.key, setting);
        else
            apply_to_boot(config, name.key, setting);
    }
    struct btl_str list = apply->blacklist == NULL ? BTL_STR("") : apply->blacklist->value, name;
    while (btl_take_name(&list, &name))
        config->modules[btl_names_number(&apply->modules, name)].blacklisted = true;
}

// One array for all, cut into the modules' parts by the counts that apply_to_module() has taken.
static bool collect_tunables(struct apply *apply)
{
    struct btl_config *config = apply->config;
    size_t total = 0;
    for (size_t i = 0; i < config->module_count; i++)
        total += config->modules[i].tunable_count;
    struct btl_tunable_setting *tunables =
        BTL_NEW_ARRAY(apply->parser->arena, struct btl_tunable_setting, total);
    if (tunables == NULL)
        return false;
    for (size_t i = 0; i < config->module_count; i++) {
        config->modules[i].tunables = tunables;
        tunables += config->modules[i].tunable_count;
        config->modules[i].tunable_count = 0; // counts again, below
    }
    for (size_t i = 0; i < config->setting_count; i++) {
        const struct btl_setting *setting = &config->settings[i];
        struct config_name name = config_take_apart(setting->key);
        if (name.key != CONFIG_TUNABLE || setting->overridden)
            continue;
        struct btl_module_config *module =
            &config->modules[btl_names_number(&apply->modules, name.module)];
        module->tunables[module->tunable_count++] =
            (struct btl_tunable_setting){name.tunable, setting};
    }
    return true;
}

// The more exact setting wins, wherever it stands.
static void settle_levels(struct btl_config *config)
{
    for (size_t i = 0; i < config->module_count; i++) {
        struct btl_module_config *module = &config->modules[i];
        if (module->required_yes && module->on_error_setting == NULL)
            module->on_error = BTL_ON_ERROR_REQUIRED;
    }
}

bool config_apply(struct config_parser *parser, struct btl_config *config)
{
    struct apply apply = {.parser = parser, .config = config};
    if (!mark_overridden(parser, config) || !find_modules(&apply))
        return false;
    apply_settings(&apply);
    settle_levels(config);
    return collect_tunables(&apply);
}
