// SPDX-License-Identifier: BSD-2-Clause
// The configurations of the volume: their titles, and what is known about each.
#include "model.h"

#define TEXT_MAX (256u << 10) // bytes; a larger one is not read for its title

struct menu_configs {
    struct menu_config *config;
    uint32_t count;
};

// The text is parsed for its title and tries alone: what is wrong with it counts when it is chosen.
static void parse(struct boot *boot, const struct btl_boot_file *file, struct menu_config *ret)
{
    struct btl_diags ignored = {.arena = boot->attempt.arena};
    struct btl_config config;
    struct btl_str text = {(const char *)file->bytes.at, file->bytes.size};
    btl_config_parse(ret->path, text, boot->attempt.arena, &config, &ignored);
    ret->title = config.title;
    ret->tries = config.boot_tries;
}

static void judge(const struct boot *boot, const struct btl_boot_file *file,
                  struct menu_config *ret)
{
    const struct btl_record *good = &boot->core.state.record[BTL_VARIABLE_GOOD];
    ret->good = btl_record_names(good, file->sha256);
    enum btl_trial trial =
        btl_boot_trial(&boot->core.state, file->sha256, ret->tries, &ret->tries_left);
    ret->trial = trial == BTL_TRIAL_COUNTED || trial == BTL_TRIAL_USED_UP;
    ret->failed = trial == BTL_TRIAL_FAILED;
    if (trial == BTL_TRIAL_USED_UP)
        ret->tries_left = 0;
}

static void look_at(struct boot *boot, struct menu_config *config)
{
    struct btl_file_problem problem;
    const struct btl_boot_file *file = file_read(boot, config->path, TEXT_MAX, &problem);
    config->chosen = btl_str_equal(config->path, boot->core.choice.path);
    struct btl_str preset =
        boot->options.config.len > 0 ? boot->options.config : BTL_STR(BTL_CONFIG_DEFAULT);
    config->is_default = btl_str_equal(config->path, preset);
    config->readable = file != NULL || problem.code == BTL_FILE_TOO_LARGE;
    if (file == NULL)
        return;
    config->size = file->bytes.size;
    parse(boot, file, config);
    judge(boot, file, config);
}

static bool has(struct btl_str *paths, uint32_t count, struct btl_str path)
{
    for (uint32_t i = 0; i < count; i++) {
        if (btl_str_equal(paths[i], path))
            return true;
    }
    return false;
}

bool menu_configs_find(struct boot *boot)
{
    struct btl_str *paths = NULL;
    uint32_t count = 0;
    struct menu_configs *configs = BTL_NEW(boot->attempt.arena, struct menu_configs);
    boot->menu.configs = configs;
    if (configs == NULL)
        return false;
    bool open = volume_open(boot); // said in the diagnostics, when not
    if (open && !configurations_list(boot, boot->attempt.arena, &paths, &count))
        return false;
    configs->config = BTL_NEW_ARRAY(boot->attempt.arena, struct menu_config, count + 1);
    if (configs->config == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++)
        configs->config[configs->count++].path = paths[i];
    // One of an option (-c) may lie anywhere.
    if (!has(paths, count, boot->core.choice.path))
        configs->config[configs->count++].path = boot->core.choice.path;
    if (!open)
        return true;
    for (uint32_t i = 0; i < configs->count; i++)
        look_at(boot, &configs->config[i]);
    return true;
}

uint32_t menu_config_count(const struct boot *boot)
{
    return boot->menu.configs != NULL ? boot->menu.configs->count : 0;
}

const struct menu_config *menu_config_at(const struct boot *boot, uint32_t index)
{
    return &boot->menu.configs->config[index];
}

const struct menu_config *menu_config_chosen(const struct boot *boot)
{
    for (uint32_t i = 0; i < menu_config_count(boot); i++) {
        if (menu_config_at(boot, i)->chosen)
            return menu_config_at(boot, i);
    }
    return NULL;
}

void menu_config_marks(const struct menu_config *config, struct btl_out *out)
{
    const char *comma = "";
    if (config->is_default) {
        btl_format(out, "default");
        comma = ", ";
    }
    if (config->good) {
        btl_format(out, "%slast good", comma);
        comma = ", ";
    }
    if (config->trial) {
        btl_format(out, "%son trial, %u of %u tries left", comma, config->tries_left,
                   config->tries);
        comma = ", ";
    }
    if (config->failed) {
        btl_format(out, "%sfailed", comma);
        comma = ", ";
    }
    if (!config->readable)
        btl_format(out, "%scannot be read", comma);
}
