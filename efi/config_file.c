// SPDX-License-Identifier: BSD-2-Clause
// loader.conf from the boot volume.
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
    struct btl_place place = {.file = loader->config_path};
    struct file_problem problem;
    struct file file;
    if (file_read(loader, loader->config_path, BTL_CONFIG_MAX, &file, &problem))
        return (struct btl_str){(const char *)file.bytes.at, file.bytes.size};
    if (problem.code == BTL_FILE_NOT_FOUND)
        btl_report(&loader->diags, BTL_BOOT_NO_CONFIG, place);
    else
        file_report(loader, place, &problem);
    return BTL_STR("");
}

bool config_read(struct loader *loader)
{
    if (!open_volume(loader))
        return false;
    uint32_t event = event_begin(&loader->timeline, BTLM_EVENT_CONFIG, BTL_NONE);
    struct btl_str text = read_text(loader);
    btl_config_parse(loader->config_path, text, &loader->arena, &loader->config, &loader->diags);
    event_end(&loader->timeline, event, text.len);
    const struct btl_config *config = &loader->config;
    log_show(&loader->log, config->quiet ? LOG_PROBLEM : config->verbose ? LOG_DETAIL : LOG_NORMAL);
    return true;
}
