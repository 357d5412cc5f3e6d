// SPDX-License-Identifier: BSD-2-Clause
// What each type of value may be.
#include "config_parser.h"

#define PATH_BYTES_MAX 255 // what FAT can name, drive letter and NUL apart

// One assignment that is being checked.
struct check {
    struct config_parser *parser;
    struct btl_str key;
    struct btl_place place; // of the value
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_but_case(struct btl_str text, struct btl_str lower_case)
{
    if (text.len != lower_case.len)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (lower(text.at[i]) != lower_case.at[i])
            return false;
    }
    return true;
}

bool config_is_yes(struct btl_str value)
{
    return is_but_case(value, BTL_STR("yes"));
}

// False: not a number. One that is too large becomes UINT32_MAX.
static bool parse_number(struct btl_str value, uint32_t *ret_number)
{
    uint64_t number = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (value.at[i] < '0' || value.at[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(value.at[i] - '0');
        if (number > UINT32_MAX)
            number = UINT32_MAX;
    }
    *ret_number = (uint32_t)number;
    return value.len > 0;
}

uint32_t config_seconds(struct btl_str value)
{
    uint32_t seconds = 0;
    parse_number(value, &seconds);
    return seconds;
}

enum btl_phase config_phase(struct btl_str value)
{
    enum btl_phase phase = BTL_PHASE_INIT;
    btl_phase_of(value, &phase);
    return phase;
}

enum btl_stop_action config_action(struct btl_str value)
{
    return btl_str_equal(value, BTL_STR("reset")) ? BTL_STOP_RESET : BTL_STOP_WAIT;
}

enum btl_stage config_stage(struct btl_str value)
{
    if (btl_str_equal(value, BTL_STR("all")))
        return BTL_STAGE_ALL;
    return btl_str_equal(value, BTL_STR("boot")) ? BTL_STAGE_BOOT : BTL_STAGE_AUTO;
}

static struct btl_str next_part(struct btl_str *list, bool (*is_separator)(char c))
{
    size_t len = 0;
    while (len < list->len && !is_separator(list->at[len]))
        len++;
    struct btl_str part = {list->at, len};
    size_t taken = len < list->len ? len + 1 : len; // with its separator
    *list = (struct btl_str){list->at + taken, list->len - taken};
    return part;
}

static bool separates_names(char c)
{
    return c == ' ' || c == '\t' || c == ',';
}

static bool separates_paths(char c)
{
    return c == ';';
}

struct btl_str config_next_name(struct btl_str *list)
{
    struct btl_str name = {list->at, 0};
    while (name.len == 0 && list->len > 0)
        name = next_part(list, separates_names);
    return name;
}

static bool check_module_name(const struct check *check, struct btl_str name)
{
    bool good = btl_is_module_name(name);
    if (!good)
        config_report(check->parser, BTL_CONF_BAD_MODULE_NAME, check->place, BTL_ARG(name),
                      BTL_DEC(BTL_MODULE_NAME_MAX));
    return good;
}

static bool check_modules(const struct check *check, struct btl_str list)
{
    bool good = true;
    struct btl_str name;
    while ((name = config_next_name(&list)).len > 0)
        good = check_module_name(check, name) && good;
    return good;
}

static bool has_dotdot(struct btl_str path)
{
    size_t dots = 0, others = 0; // of the component
    for (size_t i = 0; i <= path.len; i++) {
        if (i == path.len || path.at[i] == '/') {
            if (dots == 2 && others == 0)
                return true;
            dots = others = 0;
        } else if (path.at[i] == '.') {
            dots++;
        } else {
            others++;
        }
    }
    return false;
}

// The firmware separates directories by '\': in a path of ours it would be a way around "..".
static size_t find_bad_character(struct btl_str path)
{
    size_t at = 0;
    while (at < path.len && path.at[at] != '\\' && (uint8_t)path.at[at] >= ' ' &&
           path.at[at] != 0x7f)
        at++;
    return at;
}

static bool check_path(const struct check *check, struct btl_str path)
{
    size_t bad = find_bad_character(path);
    if (path.len > PATH_BYTES_MAX)
        config_report(check->parser, BTL_CONF_PATH_TOO_LONG, check->place, BTL_ARG(check->key),
                      BTL_DEC(path.len), BTL_DEC(PATH_BYTES_MAX));
    else if (bad < path.len)
        config_report(check->parser, BTL_CONF_PATH_CHARACTER, check->place, BTL_ARG(path),
                      BTL_ARG(check->key), BTL_ARG(((struct btl_str){path.at + bad, 1})));
    else if (path.len == 0 || path.at[0] != '/')
        config_report(check->parser, BTL_CONF_PATH_RELATIVE, check->place, BTL_ARG(path),
                      BTL_ARG(check->key));
    else if (has_dotdot(path))
        config_report(check->parser, BTL_CONF_PATH_DOTDOT, check->place, BTL_ARG(path),
                      BTL_ARG(check->key));
    else
        return true;
    return false;
}

static bool check_paths(const struct check *check, struct btl_str list)
{
    bool good = true;
    do
        good = check_path(check, next_part(&list, separates_paths)) && good;
    while (list.len > 0);
    return good;
}

static bool check_seconds(const struct check *check, struct btl_str value)
{
    uint32_t seconds;
    if (!parse_number(value, &seconds)) {
        config_report(check->parser, BTL_CONF_BAD_NUMBER, check->place, BTL_ARG(value),
                      BTL_ARG(check->key), BTL_DEC(0), BTL_DEC(DELAY_MAX));
        return false;
    }
    if (seconds <= DELAY_MAX)
        return true;
    config_report(check->parser, BTL_CONF_NUMBER_RANGE, check->place, BTL_ARG(value),
                  BTL_ARG(check->key), BTL_DEC(0), BTL_DEC(DELAY_MAX));
    return false;
}

static bool check_yes_no(const struct check *check, struct btl_str value)
{
    if (config_is_yes(value) || is_but_case(value, BTL_STR("no")))
        return true;
    config_report(check->parser, BTL_CONF_BAD_YES_NO, check->place, BTL_ARG(value),
                  BTL_ARG(check->key));
    return false;
}

static bool check_action(const struct check *check, struct btl_str value)
{
    if (btl_str_equal(value, BTL_STR("stop")) || btl_str_equal(value, BTL_STR("reset")))
        return true;
    config_report(check->parser, BTL_CONF_BAD_ACTION, check->place, BTL_ARG(value),
                  BTL_ARG(check->key));
    return false;
}

static bool check_stage(const struct check *check, struct btl_str value)
{
    if (btl_str_equal(value, BTL_STR("auto")) || btl_str_equal(value, BTL_STR("all")) ||
        btl_str_equal(value, BTL_STR("boot")))
        return true;
    config_report(check->parser, BTL_CONF_BAD_STAGE, check->place, BTL_ARG(value),
                  BTL_ARG(check->key));
    return false;
}

static bool check_phase(const struct check *check, struct btl_str value)
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

static bool check_text(const struct check *check, struct btl_str value)
{
    return true;
}

static bool (*const checks[])(const struct check *check, struct btl_str value) = {
    [CONFIG_TEXT] = check_text,       [CONFIG_PATH] = check_path,
    [CONFIG_PATHS] = check_paths,     [CONFIG_MODULES] = check_modules,
    [CONFIG_SECONDS] = check_seconds, [CONFIG_YES_NO] = check_yes_no,
    [CONFIG_ACTION] = check_action,   [CONFIG_LOADING_PHASE] = check_phase,
    [CONFIG_STAGING] = check_stage,
};

bool config_check(struct config_parser *parser, const struct btl_setting *setting)
{
    struct config_name name = config_take_apart(setting->key);
    struct check check = {
        parser, setting->key, {parser->file, setting->line, setting->column, {NULL, 0}}};
    if (name.key == CONFIG_UNKNOWN) {
        config_report_unknown(parser, setting);
        return true;
    }
    if (name.of_module && !check_module_name(&check, name.module))
        return false;
    check.place.module = name.module;
    if (name.key == CONFIG_TUNABLE && name.tunable.len == 0) {
        config_report(parser, BTL_CONF_BAD_TUNABLE, check.place, BTL_ARG(setting->key));
        return false;
    }
    check.place.column = setting->value_column;
    return checks[config_type_of(name.key)](&check, setting->value);
}
