// SPDX-License-Identifier: BSD-2-Clause
// loader.conf: from text to the configuration.
#include "config_parser.h"

#include <btl/mem.h>

// The same code reads the text twice: first to count, then to fill in.
static bool config_parse_text(struct config_parser *parser, struct btl_config *config)
{
    struct btl_setting setting;
    size_t max = 0;
    struct config_line line = config_first_line(parser);
    parser->counting = true;
    while (config_next_line(parser, &line))
        max += config_parse_line(parser, &line, &setting);
    parser->counting = false;
    config->settings = BTL_NEW_ARRAY(parser->arena, struct btl_setting, max);
    if (config->settings == NULL)
        return false;
    line = config_first_line(parser);
    while (config_next_line(parser, &line) && !parser->no_memory) {
        if (config_parse_line(parser, &line, &setting))
            config->settings[config->setting_count++] = setting;
    }
    return !parser->no_memory;
}

// Reject files that are too large, and UTF-16.
static bool config_check_text(struct config_parser *parser)
{
    struct btl_place place = {.file = parser->file};
    struct btl_str text = parser->text;
    if (text.len > BTL_CONFIG_MAX) {
        config_report(parser, BTL_CONF_TOO_LARGE, place, BTL_SIZE(text.len),
                      BTL_SIZE(BTL_CONFIG_MAX));
        return false;
    }
    if (text.len >= 2 &&
        (memcmp(text.at, "\xff\xfe", 2) == 0 || memcmp(text.at, "\xfe\xff", 2) == 0)) {
        config_report(parser, BTL_CONF_ENCODING, place);
        return false;
    }
    return true;
}

bool btl_config_parse(struct btl_str file, struct btl_str text, struct btl_arena *arena,
                      struct btl_config *ret_config, struct btl_diags *diags)
{
    struct config_parser parser = {.file = file, .text = text, .arena = arena, .diags = diags};
    struct btl_config defaults = {
        .file = file,
        .text = text,
        .kernel = BTL_STR("/kernel/kernel.elf"),
        .kernel_options = BTL_STR(""),
        .title = BTL_STR(""),
        .module_path = BTL_STR("/modules"),
        .required_failure = BTL_STOP_WAIT,
    };
    *ret_config = defaults;
    if (!config_check_text(&parser))
        return false;
    struct btl_config config = defaults;
    if (!config_parse_text(&parser, &config) || !config_apply(&config, arena)) {
        btl_report(diags, BTL_NO_MEMORY, ((struct btl_place){.file = file}),
                   BTL_ARG(BTL_STR("reading the configuration")));
        return false;
    }
    *ret_config = config;
    return !parser.failed;
}
