// SPDX-License-Identifier: BSD-2-Clause
// loader.conf from the boot volume.
#include <btl/boot.h>

#include "boot.h"

#include <btl/mem.h>

bool volume_open(struct boot *boot)
{
    if (boot->volume != NULL)
        return true;
    fw_status status = boot->fw->open_volume(boot->fw, &boot->volume);
    if (status == FW_SUCCESS)
        return true;
    boot->volume = NULL;
    btl_report(boot->attempt.diags, BTL_BOOT_NO_VOLUME, (struct btl_place){0},
               BTL_ARG(fw_status_name(status)));
    return false;
}

void volume_close(struct boot *boot)
{
    if (boot->volume != NULL)
        boot->volume->close_volume(boot->volume);
    boot->volume = NULL;
}

// The text, or an empty one when it cannot be had: that is said, and the defaults may still boot.
static struct btl_str read_text(struct boot *boot)
{
    struct btl_str path = boot->core.choice.path;
    struct btl_place place = {.file = path};
    struct file_problem problem;
    boot->attempt.config_file = file_read(boot, path, BTL_CONFIG_MAX, &problem);
    if (boot->attempt.config_file != NULL)
        return (struct btl_str){(const char *)boot->attempt.config_file->bytes.at,
                                boot->attempt.config_file->bytes.size};
    if (problem.code == BTL_FILE_NOT_FOUND)
        btl_report(boot->attempt.diags, BTL_BOOT_NO_CONFIG, place);
    else
        file_report(boot, place, &problem);
    return BTL_STR("");
}

// The file's text with the lines of the menu behind it. False: no memory.
static bool add_changes(struct boot *boot, struct btl_str *text)
{
    static const char note[] = "\n# changed in the menu, for this boot\n";
    struct btl_str changes = boot->core.choice.changes;
    size_t note_len = sizeof(note) - 1;
    if (changes.len == 0)
        return true;
    char *both = btl_alloc(boot->attempt.arena, text->len + note_len + changes.len, 1);
    if (both == NULL)
        return out_of_memory(boot, "changing the configuration");
    if (text->len > 0)
        memcpy(both, text->at, text->len);
    memcpy(both + text->len, note, note_len);
    memcpy(both + text->len + note_len, changes.at, changes.len);
    *text = (struct btl_str){both, text->len + note_len + changes.len};
    return true;
}

// What the load options say counts more than what loader.conf says; a dry run changes nothing that
// it was not asked for.
static void apply(struct boot *boot)
{
    const struct btl_config *config = &boot->attempt.config;
    const struct options *options = &boot->options;
    log_release(&boot->log, options->verbose  ? LOG_VERBOSE
                         : config->quiet   ? LOG_QUIET
                         : config->verbose ? LOG_VERBOSE
                                           : LOG_NORMAL);
    if (options->save.len > 0)
        boot->res.save_path = options->save;
    else if (config->manifest_save && !options->dry_run)
        boot->res.save_path = BTL_STR(BTL_MANIFEST_SAVED);
    if (boot->preview)
        boot->res.save_path.len = 0;
}

static void say_choice(struct boot *boot)
{
    const struct btl_choice *choice = &boot->core.choice;
    if (choice->how == BTLM_HOW_FALLBACK)
        btl_report(boot->attempt.diags, BTL_BOOT_FALLBACK, (struct btl_place){.file = choice->path},
                   BTL_ARG(choice->wanted), BTL_ARG(choice->reason));
    if (choice->safe)
        log_line(&boot->log, BTL_LOG_INFO,
                 "safe boot: without the modules and tunables that can be left out");
}

bool config_read(struct boot *boot)
{
    if (!volume_open(boot))
        return false;
    uint32_t event = event_begin(&boot->res.timeline, BTLM_EVENT_CONFIG, BTL_NONE);
    struct btl_str text = read_text(boot);
    if (!add_changes(boot, &text))
        return false;
    bool good = btl_config_parse(boot->core.choice.path, text, boot->attempt.arena,
                                 &boot->attempt.config, boot->attempt.diags) &&
                boot->attempt.config_file != NULL;
    event_end(&boot->res.timeline, event, text.len);
    if (boot->core.choice.safe)
        btl_config_safe(&boot->attempt.config);
    apply(boot);
    say_choice(boot);
    fallback_find(boot);
    // Its good lines and the defaults may still boot: better than nothing, where there is nothing.
    return good || !boot->attempt.fallback.valid || boot->core.attended;
}
