// SPDX-License-Identifier: BSD-2-Clause
// What each type of value may be.
#include "config_parser.h"
#include "../base/path.h"

#include <btl/condition.h>
#include <btl/hash.h>

// One assignment that is being checked.
struct check {
    struct config_parser *parser;
    struct btl_str key;
    struct btl_place place; // of the value
    enum config_type type;
};

bool config_is_yes(struct btl_str value)
{
    return btl_str_equal_nocase(value, BTL_STR("yes"));
}

// Words in the order of their enums.
static const struct choice {
    enum btl_code code; // of a value that is none of them
    const char *words[5];
} choices[] = {
    [CONFIG_ACTION] = {BTL_CONF_BAD_ACTION, {"stop", "reset"}},
    [CONFIG_STAGING] = {BTL_CONF_BAD_STAGE, {"auto", "all", "boot"}},
    [CONFIG_HASHING] = {BTL_CONF_BAD_HASH, {"auto", "all", "needed"}},
    [CONFIG_SEALING] = {BTL_CONF_BAD_SEAL, {"warn", "strict"}},
    [CONFIG_TPM_USE] = {BTL_CONF_BAD_TPM, {"auto", "no", "required"}},
    [CONFIG_READING] = {BTL_CONF_BAD_VOLUME, {"auto", "firmware"}},
    [CONFIG_MENU_STYLE] = {BTL_CONF_BAD_MENU, {"auto", "screen", "line"}},
    [CONFIG_KIND] = {BTL_CONF_BAD_KERNEL_TYPE, {"btl", "limine", "linux", "uki", "efi"}},
    [CONFIG_REGISTERING] = {BTL_CONF_BAD_REGISTER, {"path", "boot", "any"}},
};

// The number of a word; BTL_COUNT(choices[0].words): it is none of the list.
static uint32_t choice_number(enum config_type type, struct btl_str value)
{
    const struct choice *choice = &choices[type];
    uint32_t i = 0;
    while (i < BTL_COUNT(choice->words) &&
           (choice->words[i] == NULL || !btl_str_equal(value, btl_str_of(choice->words[i]))))
        i++;
    return i;
}

uint32_t config_number(enum config_type type, struct btl_str value)
{
    uint64_t number = 0;
    enum btl_phase phase = BTL_PHASE_INIT;
    enum btl_on_error on_error = BTL_ON_ERROR_WARN;
    switch (type) {
    case CONFIG_LOADING_PHASE:
        btl_phase_of(value, &phase);
        return phase;
    case CONFIG_LEVEL:
        btl_on_error_of(value, &on_error);
        return on_error;
    case CONFIG_ACTION:
    case CONFIG_STAGING:
    case CONFIG_HASHING:
    case CONFIG_SEALING:
    case CONFIG_TPM_USE:
    case CONFIG_READING:
    case CONFIG_MENU_STYLE:
    case CONFIG_REGISTERING:
    case CONFIG_KIND:
        return choice_number(type, value);
    case CONFIG_EARLY:
        btl_parse_size(value, &number);
        return (uint32_t)number;
    default:
        btl_parse_number(value, &number);
        return (uint32_t)number;
    }
}

struct btl_str btl_config_value_word(struct btl_str key, size_t index)
{
    static const char *const yes_no[] = {"YES", "NO"};
    const struct config_key_row *row = config_key_row(config_parse_key(key).key);
    const char *word = NULL;
    switch (row != NULL ? row->type : CONFIG_TEXT) {
    case CONFIG_YES_NO:
        word = index < BTL_COUNT(yes_no) ? yes_no[index] : NULL;
        break;
    case CONFIG_LOADING_PHASE:
        word = index < BTL_PHASES ? btl_phase_name((enum btl_phase)index) : NULL;
        break;
    case CONFIG_LEVEL:
        word = index < BTL_ON_ERROR_REQUIRED ? btl_on_error_name((enum btl_on_error)index) : NULL;
        break;
    case CONFIG_ACTION:
    case CONFIG_STAGING:
    case CONFIG_HASHING:
    case CONFIG_SEALING:
    case CONFIG_TPM_USE:
    case CONFIG_READING:
    case CONFIG_MENU_STYLE:
    case CONFIG_REGISTERING:
    case CONFIG_KIND:
        word = index < BTL_COUNT(choices[0].words) ? choices[row->type].words[index] : NULL;
        break;
    default:
        break;
    }
    return word != NULL ? btl_str_of(word) : (struct btl_str){0};
}

static bool value_check_module_name(const struct check *check, struct btl_str name)
{
    bool good = btl_is_module_name(name);
    if (!good)
        config_report(check->parser, BTL_CONF_BAD_MODULE_NAME, check->place, BTL_ARG(name),
                      BTL_DEC(BTL_MODULE_NAME_MAX));
    return good;
}

static bool value_check_modules(const struct check *check, struct btl_str list)
{
    bool good = true;
    struct btl_str name;
    while (btl_take_name(&list, &name))
        good = value_check_module_name(check, name) && good;
    return good;
}

static bool value_check_path(const struct check *check, struct btl_str path)
{
    struct btl_str bad;
    switch (path_check(path, &bad)) {
    case PATH_GOOD:
        return true;
    case PATH_TOO_LONG:
        config_report(check->parser, BTL_CONF_PATH_TOO_LONG, check->place, BTL_ARG(check->key),
                      BTL_DEC(path.len), BTL_DEC(BTL_PATH_MAX));
        break;
    case PATH_CHARACTER:
        config_report(check->parser, BTL_CONF_PATH_CHARACTER, check->place, BTL_ARG(path),
                      BTL_ARG(check->key), BTL_ARG(bad));
        break;
    case PATH_RELATIVE:
        config_report(check->parser, BTL_CONF_PATH_RELATIVE, check->place, BTL_ARG(path),
                      BTL_ARG(check->key));
        break;
    case PATH_DOTDOT:
        config_report(check->parser, BTL_CONF_PATH_DOTDOT, check->place, BTL_ARG(path),
                      BTL_ARG(check->key));
    }
    return false;
}

static bool value_check_paths(const struct check *check, struct btl_str list)
{
    bool good = true;
    struct btl_str path;
    while (btl_str_split(list, ';', &path, &list)) {
        good = value_check_path(check, path) && good;
        if (list.len == 0) // one ';' may end the list
            return good;
    }
    return value_check_path(check, list) && good;
}

static bool value_check_number(const struct check *check, struct btl_str value, uint32_t max)
{
    uint64_t number;
    if (!btl_parse_number(value, &number)) {
        config_report(check->parser, BTL_CONF_BAD_NUMBER, check->place, BTL_ARG(value),
                      BTL_ARG(check->key), BTL_DEC(0), BTL_DEC(max));
        return false;
    }
    if (number <= max)
        return true;
    config_report(check->parser, BTL_CONF_NUMBER_RANGE, check->place, BTL_ARG(value),
                  BTL_ARG(check->key), BTL_DEC(0), BTL_DEC(max));
    return false;
}

static bool value_check_seconds(const struct check *check, struct btl_str value)
{
    return value_check_number(check, value, SECONDS_MAX);
}

static bool value_check_tries(const struct check *check, struct btl_str value)
{
    return value_check_number(check, value, TRIES_MAX);
}

static bool value_check_early(const struct check *check, struct btl_str value)
{
    uint64_t size;
    if (btl_parse_size(value, &size) && size >= EARLY_MIN && size <= EARLY_MAX)
        return true;
    config_report(check->parser, BTL_CONF_BAD_SIZE, check->place, BTL_ARG(value),
                  BTL_ARG(check->key), BTL_SIZE(EARLY_MIN), BTL_SIZE(EARLY_MAX));
    return false;
}

static bool value_check_yes_no(const struct check *check, struct btl_str value)
{
    if (config_is_yes(value) || btl_str_equal_nocase(value, BTL_STR("no")))
        return true;
    config_report(check->parser, BTL_CONF_BAD_YES_NO, check->place, BTL_ARG(value),
                  BTL_ARG(check->key));
    return false;
}

static bool value_check_choice(const struct check *check, struct btl_str value)
{
    if (choice_number(check->type, value) < BTL_COUNT(choices[0].words))
        return true;
    config_report(check->parser, choices[check->type].code, check->place, BTL_ARG(value),
                  BTL_ARG(check->key));
    return false;
}

static bool value_check_on_error(const struct check *check, struct btl_str value)
{
    enum btl_on_error on_error;
    if (btl_on_error_of(value, &on_error))
        return true;
    config_report(check->parser, BTL_CONF_BAD_ON_ERROR, check->place, BTL_ARG(value),
                  BTL_ARG(check->key));
    return false;
}

static bool value_check_phase(const struct check *check, struct btl_str value)
{
    static const char all[] = // each with a separator before it
#define PHASE(name, text, supports) ", " text
#include <btl/phases.def>
#undef PHASE
        ;
    enum btl_phase phase;
    if (btl_phase_of(value, &phase))
        return true;
    config_report(check->parser, BTL_CONF_BAD_PHASE, check->place, BTL_ARG(value),
                  BTL_ARG(check->key), BTL_ARG_Z(all + 2));
    return false;
}

static bool value_check_sha256(const struct check *check, struct btl_str value)
{
    uint8_t digest[32];
    if (btl_sha256_of(value, digest))
        return true;
    config_report(check->parser, BTL_CONF_BAD_SHA256, check->place, BTL_ARG(value),
                  BTL_ARG(check->key));
    return false;
}

static bool value_check_condition(const struct check *check, struct btl_str value)
{
    bool met;
    if (btl_condition_judge(value, BTL_STR("0"), &met))
        return true;
    config_report(check->parser, BTL_CONF_BAD_CONDITION, check->place, BTL_ARG(value),
                  BTL_ARG(check->key));
    return false;
}

static bool value_check_text(const struct check *check, struct btl_str value)
{
    return true;
}

static bool (*const checks[])(const struct check *check, struct btl_str value) = {
    [CONFIG_TEXT] = value_check_text,           [CONFIG_PATH] = value_check_path,
    [CONFIG_PATHS] = value_check_paths,         [CONFIG_MODULES] = value_check_modules,
    [CONFIG_SECONDS] = value_check_seconds,     [CONFIG_YES_NO] = value_check_yes_no,
    [CONFIG_ACTION] = value_check_choice,       [CONFIG_LOADING_PHASE] = value_check_phase,
    [CONFIG_REGISTERING] = value_check_choice,  [CONFIG_STAGING] = value_check_choice,
    [CONFIG_HASHING] = value_check_choice,      [CONFIG_SEALING] = value_check_choice,
    [CONFIG_TPM_USE] = value_check_choice,      [CONFIG_READING] = value_check_choice,
    [CONFIG_TRIES] = value_check_tries,         [CONFIG_MENU_STYLE] = value_check_choice,
    [CONFIG_LEVEL] = value_check_on_error,      [CONFIG_DIGEST] = value_check_sha256,
    [CONFIG_EARLY] = value_check_early,         [CONFIG_KIND] = value_check_choice,
    [CONFIG_CONDITION] = value_check_condition,
};

bool config_check(struct config_parser *parser, struct btl_setting *setting)
{
    struct config_name name = config_parse_key(setting->key);
    const struct config_key_row *row = config_key_row(name.key);
    struct check check = {parser,
                          setting->key,
                          {parser->file, setting->line, setting->column, {NULL, 0}},
                          row != NULL                   ? row->type
                          : name.key == CONFIG_RAW_FILE ? CONFIG_PATH
                                                        : CONFIG_TEXT};
    setting->key_id = (uint8_t)name.key;
    if (name.key == CONFIG_UNKNOWN) {
        config_report_unknown(parser, setting);
        return true;
    }
    if (name.of_module && !value_check_module_name(&check, name.module))
        return false;
    setting->module_len = (uint8_t)name.module.len; // at most BTL_MODULE_NAME_MAX
    check.place.module = name.module;
    if (name.key == CONFIG_TUNABLE && name.tunable.len == 0) {
        config_report(parser, BTL_CONF_BAD_TUNABLE, check.place, BTL_ARG(setting->key));
        return false;
    }
    check.place.column = setting->value_column;
    return checks[check.type](&check, setting->value);
}
