// SPDX-License-Identifier: BSD-2-Clause
// loader.conf from the boot volume.
#include <btl/boot.h>

#include "loader.h"

#include <btl/mem.h>

bool volume_open(struct loader *loader)
{
    if (loader->volume != NULL)
        return true;
    fw_status status = loader->fw->open_volume(loader->fw, &loader->volume);
    if (status == FW_SUCCESS)
        return true;
    loader->volume = NULL;
    btl_report(&loader->diags, BTL_BOOT_NO_VOLUME, (struct btl_place){0},
               BTL_ARG(fw_status_name(status)));
    return false;
}

void volume_close(struct loader *loader)
{
    if (loader->volume != NULL)
        loader->volume->close_volume(loader->volume);
    loader->volume = NULL;
}

// The text, or an empty one when it cannot be had: that is said, and the defaults may still boot.
static struct btl_str read_text(struct loader *loader)
{
    struct btl_str path = loader->choice.path;
    struct btl_place place = {.file = path};
    struct file_problem problem;
    loader->config_file = file_read(loader, path, BTL_CONFIG_MAX, &problem);
    if (loader->config_file != NULL)
        return (struct btl_str){(const char *)loader->config_file->bytes.at,
                                loader->config_file->bytes.size};
    if (problem.code == BTL_FILE_NOT_FOUND)
        btl_report(&loader->diags, BTL_BOOT_NO_CONFIG, place);
    else
        file_report(loader, place, &problem);
    return BTL_STR("");
}

// The file's text with the lines of the menu behind it. False: no memory.
static bool add_changes(struct loader *loader, struct btl_str *text)
{
    static const char note[] = "\n# changed in the menu, for this boot\n";
    struct btl_str changes = loader->choice.changes;
    size_t note_len = sizeof(note) - 1;
    if (changes.len == 0)
        return true;
    char *both = btl_alloc(&loader->arena, text->len + note_len + changes.len, 1);
    if (both == NULL)
        return out_of_memory(loader, "changing the configuration");
    if (text->len > 0)
        memcpy(both, text->at, text->len);
    memcpy(both + text->len, note, note_len);
    memcpy(both + text->len + note_len, changes.at, changes.len);
    *text = (struct btl_str){both, text->len + note_len + changes.len};
    return true;
}

// What the load options say counts more than what loader.conf says; a dry run changes nothing that
// it was not asked for.
static void apply(struct loader *loader)
{
    const struct btl_config *config = &loader->config;
    const struct options *options = &loader->options;
    log_show(&loader->log, options->verbose  ? LOG_VERBOSE
                           : config->quiet   ? LOG_QUIET
                           : config->verbose ? LOG_VERBOSE
                                             : LOG_NORMAL);
    if (options->save.len > 0)
        loader->save_path = options->save;
    else if (config->manifest_save && !options->dry_run)
        loader->save_path = BTL_STR(BTL_MANIFEST_SAVED);
    if (loader->preview)
        loader->save_path.len = 0;
}

static void say_choice(struct loader *loader)
{
    const struct choice *choice = &loader->choice;
    if (choice->how == BTLM_HOW_FALLBACK)
        btl_report(&loader->diags, BTL_BOOT_FALLBACK, (struct btl_place){.file = choice->path},
                   BTL_ARG(choice->wanted), BTL_ARG(choice->reason));
    if (choice->safe)
        log_line(&loader->log, BTL_LOG_INFO,
                 "safe boot: without the modules and tunables that can be left out");
}

bool config_read(struct loader *loader)
{
    if (!volume_open(loader))
        return false;
    uint32_t event = event_begin(&loader->timeline, BTLM_EVENT_CONFIG, BTL_NONE);
    struct btl_str text = read_text(loader);
    if (!add_changes(loader, &text))
        return false;
    bool good = btl_config_parse(loader->choice.path, text, &loader->arena, &loader->config,
                                 &loader->diags) &&
                loader->config_file != NULL;
    event_end(&loader->timeline, event, text.len);
    if (loader->choice.safe)
        btl_config_safe(&loader->config);
    apply(loader);
    say_choice(loader);
    fallback_find(loader);
    // Its good lines and the defaults may still boot: better than nothing, where there is nothing.
    return good || !loader->fallback.there || loader->in_menu;
}
