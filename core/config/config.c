// SPDX-License-Identifier: BSD-2-Clause
// loader.conf: from text to the configuration.
#include "config_parser.h"

#include <btl/mem.h>

#define REPORTED_MAX 10000 // errors, and warnings: a garbage file has one in each of its lines

bool config_admit(struct config_parser *parser, enum btl_code code, struct btl_place place)
{
    if (parser->counting)
        return false;
    bool is_error = btl_code_severity(code) == BTL_ERROR;
    uint32_t *reported = is_error ? &parser->errors : &parser->warnings;
    parser->failed |= is_error;
    if (*reported > REPORTED_MAX)
        return false;
    (*reported)++;
    if (*reported <= REPORTED_MAX)
        return true;
    btl_report(parser->diags, is_error ? BTL_CONF_MORE_ERRORS : BTL_CONF_MORE_WARNINGS, place,
               BTL_DEC(REPORTED_MAX));
    return false;
}

// The text is gone through twice, by the same code: once to count, once to fill in.
static bool parse_text(struct config_parser *parser, struct btl_config *config)
{
    struct btl_setting setting;
    size_t most = 0;
    struct config_line line = config_first_line(parser);
    parser->counting = true;
    while (config_next_line(parser, &line))
        most += config_parse_line(parser, &line, &setting);
    parser->counting = false;
    config->settings = BTL_NEW_ARRAY(parser->arena, struct btl_setting, most);
    if (config->settings == NULL)
        return false;
    line = config_first_line(parser);
    while (config_next_line(parser, &line) && !parser->no_memory) {
        if (config_parse_line(parser, &line, &setting))
            config->settings[config->setting_count++] = setting;
    }
    return !parser->no_memory;
}

// What cannot be taken for text at all.
static bool check_text(struct config_parser *parser)
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
    if (!check_text(&parser))
        return false;
    struct btl_config config = defaults;
    if (!parse_text(&parser, &config) || !config_apply(&parser, &config)) {
        btl_report(diags, BTL_NO_MEMORY, ((struct btl_place){.file = file}),
                   BTL_ARG(BTL_STR("reading the configuration")));
        return false;
    }
    *ret_config = config;
    return !parser.failed;
}

struct btl_place btl_setting_place(const struct btl_config *config,
                                   const struct btl_setting *setting, struct btl_str module)
{
    return (struct btl_place){
        .file = config->file,
        .line = setting == NULL ? 0 : setting->line,
        .column = setting == NULL ? 0 : setting->column,
        .module = module,
    };
}
