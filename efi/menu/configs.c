// SPDX-License-Identifier: BSD-2-Clause
// The configurations of the volume: the list of the boot page.
#include <btl/bls.h>

#include "model.h"

#define CONFIG_TEXT_MAX (256u << 10) // bytes; a larger one is not read for its title

struct menu_configs {
    struct menu_config *config;
    uint32_t count;
};

// Parse the text for its title and tries; its errors count when it is chosen.
static void config_parse(struct boot *boot, const struct btl_boot_file *file,
                         struct menu_config *ret)
{
    struct btl_diags ignored = {.arena = boot->attempt.arena};
    struct btl_config config;
    struct btl_str text = {(const char *)file->bytes.at, file->bytes.size};
    btl_bls_translate(ret->path, ret->path, text, boot->attempt.arena, &text, &ignored);
    btl_config_parse(ret->path, text, boot->attempt.arena, &config, &ignored);
    ret->title = config.title;
    ret->tries = config.boot_tries;
}

// Where seals are enforced, only the text of the chosen configuration has been verified. The others
// are listed by their path: to verify each seal would measure each into the TPM.
static bool config_may_be_parsed(const struct boot *boot, const struct menu_config *config)
{
    return !boot->core.trust.enforced || (config->chosen && boot->attempt.sealed.fits);
}

static void config_judge(const struct boot *boot, const struct btl_boot_file *file,
                         struct menu_config *ret)
{
    const struct btl_record *good = &boot->core.state.record[BTL_VARIABLE_GOOD];
    const uint8_t *sha256 = btl_boot_file_sha256(&boot->core, file);
    ret->good = btl_record_names(good, sha256);
    enum btl_trial trial = btl_boot_trial(&boot->core.state, sha256, ret->tries, &ret->tries_left);
    ret->trial = trial == BTL_TRIAL_COUNTED || trial == BTL_TRIAL_USED_UP;
    ret->failed = trial == BTL_TRIAL_FAILED;
    if (trial == BTL_TRIAL_USED_UP)
        ret->tries_left = 0;
}

static void config_read_marks(struct boot *boot, struct menu_config *config)
{
    struct btl_file_problem problem;
    const struct btl_boot_file *file = file_read(boot, config->path, CONFIG_TEXT_MAX, &problem);
    config->chosen = btl_str_equal(config->path, boot->core.choice.path);
    struct btl_str preset =
        boot->options.config.len > 0 ? boot->options.config : BTL_STR(BTL_CONFIG_DEFAULT);
    config->is_default = btl_str_equal(config->path, preset);
    config->readable = file != NULL || problem.code == BTL_FILE_TOO_LARGE;
    if (file == NULL)
        return;
    config->size = file->bytes.size;
    if (config_may_be_parsed(boot, config))
        config_parse(boot, file, config);
    config_judge(boot, file, config);
}

bool menu_configs_find(struct boot *boot)
{
    struct btl_str *paths = NULL;
    uint32_t count = 0;
    struct menu_configs *configs = BTL_NEW(boot->attempt.arena, struct menu_configs);
    boot->menu.configs = configs;
    if (configs == NULL)
        return false;
    bool open = volume_open(boot); // a failure is in the diagnostics
    if (open && !configurations_list(boot, boot->attempt.arena, &paths, &count))
        return false;
    configs->config = BTL_NEW_ARRAY(boot->attempt.arena, struct menu_config, count + 1);
    if (configs->config == NULL)
        return false;
    bool listed = false;
    for (uint32_t i = 0; i < count; i++) {
        configs->config[configs->count++].path = paths[i];
        listed = listed || btl_str_equal(paths[i], boot->core.choice.path);
    }
    if (!listed) // option -c names any file
        configs->config[configs->count++].path = boot->core.choice.path;
    for (uint32_t i = 0; open && i < configs->count; i++)
        config_read_marks(boot, &configs->config[i]);
    return true;
}

uint32_t menu_config_count(const struct boot *boot)
{
    return boot->menu.configs != NULL ? boot->menu.configs->count : 0;
}

const struct menu_config *menu_config_chosen(const struct boot *boot)
{
    for (uint32_t i = 0; i < menu_config_count(boot); i++) {
        if (boot->menu.configs->config[i].chosen)
            return &boot->menu.configs->config[i];
    }
    return NULL;
}

// "(chosen) default, last good, on trial, 2 of 3 tries left"
static void config_print_marks(const struct menu_config *config, struct menu_row *row)
{
    char trial[64];
    btl_format_to(trial, sizeof(trial), "on trial, %u of %u tries left", config->tries_left,
                  config->tries);
    const struct {
        bool valid;
        const char *text;
    } marks[] = {{config->is_default, "default"},
                 {config->good, "last good"},
                 {config->trial, trial},
                 {config->failed, "failed"},
                 {!config->readable, "cannot be read"}};
    const char *before = "";
    menu_row_text(row, "%s", config->chosen ? "(chosen) " : "");
    for (size_t i = 0; i < BTL_COUNT(marks); i++) {
        if (!marks[i].valid)
            continue;
        menu_row_text(row, "%s%s", before, marks[i].text);
        before = ", ";
    }
}

void menu_config_row(const struct boot *boot, uint32_t index, struct menu_row *row)
{
    const struct menu_config *config = &boot->menu.configs->config[index];
    struct btl_str path = btl_str_first(config->path, 100);
    row->name = config->title.len > 0 ? config->title : config->path;
    row->style = config->failed || !config->readable ? FW_STYLE_PROBLEM
                 : config->good                      ? FW_STYLE_GOOD
                                                     : FW_STYLE_NORMAL;
    if (config->title.len > 0)
        menu_row_text(row, "%pS  ", &path);
    config_print_marks(config, row);
}

void menu_config_details(const struct boot *boot, uint32_t index, struct btl_out *out)
{
    const struct menu_config *config = &boot->menu.configs->config[index];
    btl_format(out, "%pS", &config->path);
    if (config->size > 0)
        btl_format(out, ", %lu bytes", config->size);
    btl_format(out, "\n");
    if (config->chosen)
        menu_boot_details(boot, out);
    else
        btl_format(out,
                   "Return chooses it and shows its plan; changes for this boot are dropped.\n");
}

enum menu_result menu_config_take(struct boot *boot, uint32_t index)
{
    const struct menu_config *config = &boot->menu.configs->config[index];
    if (config->chosen)
        return menu_boot_take(boot);
    struct btl_str path = btl_str_copy(&boot->arena, config->path);
    if (path.at == NULL)
        return MENU_STAY;
    boot->core.choice = (struct btl_choice){
        .path = path, .how = BTLM_HOW_MENU, .wanted = path, .safe = boot->options.safe};
    menu_message(boot, false, "%pS was chosen", &path);
    return MENU_AGAIN;
}
