// SPDX-License-Identifier: BSD-2-Clause
// Places in loader.conf, and how many messages about it are kept.
#include "config_parser.h"

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
