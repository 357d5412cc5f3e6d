// SPDX-License-Identifier: BSD-2-Clause
// loader.conf from the boot volume.
#include <btl/boot.h>

#include "loader.h"

static bool open_volume(struct loader *loader)
{
    fw_status status = loader->fw->open_volume(loader->fw, &loader->volume);
    if (status == FW_SUCCESS)
        return true;
    loader->volume = NULL;
    btl_report(&loader->diags, BTL_BOOT_NO_VOLUME, (struct btl_place){0},
               BTL_ARG(fw_status_name(status)));
    return false;
}

// The text, or an empty one when it cannot be had: that is said, and the defaults may still boot.
static struct btl_str read_text(struct loader *loader)
{
    struct btl_place place = {.file = loader->options.config};
    struct file_problem problem;
    struct file file;
    if (file_read(loader, loader->options.config, BTL_CONFIG_MAX, &file, &problem))
        return (struct btl_str){(const char *)file.bytes.at, file.bytes.size};
    if (problem.code == BTL_FILE_NOT_FOUND)
        btl_report(&loader->diags, BTL_BOOT_NO_CONFIG, place);
    else
        file_report(loader, place, &problem);
    return BTL_STR("");
}

// What the load options say counts more than what loader.conf says; a dry run changes nothing that
// it was not asked for.
static void apply(struct loader *loader)
{
    const struct btl_config *config = &loader->config;
    const struct options *options = &loader->options;
    log_show(&loader->log, options->verbose  ? LOG_DETAIL
                           : config->quiet   ? LOG_PROBLEM
                           : config->verbose ? LOG_DETAIL
                                             : LOG_NORMAL);
    if (options->save.len > 0)
        loader->save_path = options->save;
    else if (config->manifest_save && !options->dry_run)
        loader->save_path = BTL_STR(BTL_MANIFEST_SAVED);
}

bool config_read(struct loader *loader)
{
    if (!open_volume(loader))
        return false;
    uint32_t event = event_begin(&loader->timeline, BTLM_EVENT_CONFIG, BTL_NONE);
    struct btl_str text = read_text(loader);
    btl_config_parse(loader->options.config, text, &loader->arena, &loader->config, &loader->diags);
    event_end(&loader->timeline, event, text.len);
    apply(loader);
    return true;
}
