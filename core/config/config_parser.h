// SPDX-License-Identifier: BSD-2-Clause
// What the steps of the configuration share: config_line.c reads a line, config_keys.c knows the
// keys, config_values.c checks one assignment, config_apply.c makes the configuration of all.
#ifndef BTL_CORE_CONFIG_PARSER_H
#define BTL_CORE_CONFIG_PARSER_H

#include <btl/config.h>

#define SECONDS_MAX 3600 // of any delay
#define TRIES_MAX   99

struct config_parser {
    struct btl_str file, text;
    struct btl_arena *arena;
    struct btl_diags *diags;
    bool counting; // the first pass over the text: reports nothing and takes no memory
    bool failed;   // something was an error
    bool no_memory;
    uint32_t errors, warnings; // reported so far
};

// A line without its end, \n or \r\n. Offsets into the text.
struct config_line {
    size_t begin, end;
    size_t at;   // next byte to look at
    size_t next; // where the next line begins
    uint32_t number;
};

// Stands before the first line: config_next_line() goes there.
struct config_line config_first_line(const struct config_parser *parser);
bool config_next_line(const struct config_parser *parser, struct config_line *line);
// False: the line holds no assignment, or one with an error in it (reported).
bool config_parse_line(struct config_parser *parser, struct config_line *line,
                       struct btl_setting *ret_setting);

enum config_key {
#define KEY(name, text, type)        CONFIG_##name,
#define MODULE_KEY(name, text, type) CONFIG_##name,
#include "config_keys.def"
#undef KEY
#undef MODULE_KEY
    CONFIG_KEYS, // those above have a row in the table
    CONFIG_TUNABLE = CONFIG_KEYS,
    CONFIG_UNKNOWN,
};

enum config_type {
    CONFIG_TEXT,
    CONFIG_PATH,
    CONFIG_PATHS,   // separated by ';'
    CONFIG_MODULES, // names separated by blanks or commas
    CONFIG_SECONDS,
    CONFIG_TRIES,
    CONFIG_YES_NO,
    CONFIG_ACTION,     // enum btl_stop_action
    CONFIG_STAGING,    // enum btl_stage
    CONFIG_MENU_STYLE, // enum btl_menu_style
    CONFIG_LEVEL,      // enum btl_on_error
    CONFIG_LOADING_PHASE,
};

// A key, taken apart.
struct config_name {
    enum config_key key;
    struct btl_str module;  // of MODULE_suffix and MODULE.tunable, else empty
    struct btl_str tunable; // of MODULE.tunable
    bool of_module;
};

struct config_name config_take_apart(struct btl_str key);
enum config_type config_type_of(enum config_key key);
// Warns about the key of an assignment that no program looks at, and names the nearest known one.
void config_report_unknown(struct config_parser *parser, const struct btl_setting *setting);
// Reports what is wrong with the key or the value; false: the line is to be dropped.
bool config_check(struct config_parser *parser, const struct btl_setting *setting);

// Of values that config_check() has let pass.
bool config_is_yes(struct btl_str value);
uint32_t config_number(struct btl_str value);
enum btl_phase config_phase(struct btl_str value);
// Of CONFIG_ACTION, CONFIG_STAGING and CONFIG_MENU_STYLE: the value of the enum.
unsigned config_choice(enum config_type type, struct btl_str value);
enum btl_on_error config_on_error(struct btl_str value);

// From config->settings to everything else in *config. False: no memory.
bool config_apply(struct config_parser *parser, struct btl_config *config);

// Counts the message; false when it is one too many to be added.
bool config_admit(struct config_parser *parser, enum btl_code code, struct btl_place place);

#define config_report(parser, code, place, ...)                                                    \
    do {                                                                                           \
        if (config_admit((parser), (code), (place)))                                               \
            btl_report((parser)->diags, (code), (place), __VA_ARGS__);                             \
    } while (0)

#endif
