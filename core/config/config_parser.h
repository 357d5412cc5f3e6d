// SPDX-License-Identifier: BSD-2-Clause
// What the steps of the configuration share: config_line.c reads a line, config_keys.c knows the
// keys, config_values.c checks one assignment, config_report.c admits messages, config_apply.c
// makes the configuration of all assignments.
#ifndef BTL_CORE_CONFIG_PARSER_H
#define BTL_CORE_CONFIG_PARSER_H

#include <btl/config.h>

#define SECONDS_MAX 3600 // of any delay
#define TRIES_MAX   99
#define EARLY_MIN   (64u << 10) // of early_size
#define EARLY_MAX   (256u << 20)

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

// The place before the first line: config_next_line() goes on to that.
struct config_line config_first_line(const struct config_parser *parser);
bool config_next_line(const struct config_parser *parser, struct config_line *line);
// False: the line holds no assignment, or one with an error in it (reported).
bool config_parse_line(struct config_parser *parser, struct config_line *line,
                       struct btl_setting *ret_setting);

enum config_key {
#define KEY(name, text, type, value, setting)        CONFIG_##name,
#define MODULE_KEY(name, text, type, value, setting) CONFIG_##name,
#include "config_keys.def"
#undef KEY
#undef MODULE_KEY
    CONFIG_KEYS, // those above have a row in the table
    CONFIG_TUNABLE = CONFIG_KEYS,
    CONFIG_RAW_FILE, // file_NAME
    CONFIG_UNKNOWN,
};

enum config_type {
    CONFIG_TEXT,
    CONFIG_PATH,
    CONFIG_PATHS,   // separated by ';'
    CONFIG_MODULES, // names separated by blanks or commas
    CONFIG_SECONDS,
    CONFIG_TRIES,
    CONFIG_EARLY, // bytes, as 4M
    CONFIG_YES_NO,
    CONFIG_ACTION,      // enum btl_stop_action
    CONFIG_STAGING,     // enum btl_stage
    CONFIG_HASHING,     // enum btl_hashing
    CONFIG_SEALING,     // enum btl_sealing
    CONFIG_TPM_USE,     // enum btl_tpm_use
    CONFIG_READING,     // enum btl_reading
    CONFIG_REGISTERING, // enum btl_registering
    CONFIG_MENU_STYLE,  // enum btl_menu_style
    CONFIG_KIND,        // enum btl_kernel_kind
    CONFIG_LEVEL,       // enum btl_on_error
    CONFIG_LOADING_PHASE,
    CONFIG_DIGEST,    // SHA-256
    CONFIG_CONDITION, // btl/condition.h
};

struct config_key_row {
    struct btl_str text; // the whole key, or what follows "MODULE_"
    enum config_type type;
    bool of_module;
    uint16_t value, setting; // offsets of members; 0: none
};
// NULL: CONFIG_TUNABLE, CONFIG_RAW_FILE and CONFIG_UNKNOWN have no row.
const struct config_key_row *config_key_row(enum config_key key);

struct config_name {
    enum config_key key;
    struct btl_str module;  // of MODULE_suffix and MODULE.tunable, else empty
    struct btl_str tunable; // of MODULE.tunable
    bool of_module;
};
#define RAW_FILE_PREFIX "file_"
struct config_name config_parse_key(struct btl_str key);
// The module that the key of a checked setting begins with; empty: it is a key of the whole boot.
BTL_INLINE struct btl_str config_setting_module(const struct btl_setting *setting)
{
    return btl_str_first(setting->key, setting->module_len);
}
// Warn about a key that no program looks at, and name the nearest known one.
void config_report_unknown(struct config_parser *parser, const struct btl_setting *setting);
// Parse the key of the setting and check key and value. False, and reported: the line is dropped.
bool config_check(struct config_parser *parser, struct btl_setting *setting);

// Parse values that config_check() has accepted. The number of a word is that of its enum.
bool config_is_yes(struct btl_str value);
uint32_t config_number(enum config_type type, struct btl_str value);

// Fill in everything else of *config from config->settings. False: no memory.
bool config_apply(struct btl_config *config, struct btl_arena *arena);

// Count a message. False: it is not added, because there are too many.
bool config_admit(struct config_parser *parser, enum btl_code code, struct btl_place place);

#define config_report(parser, code, place, ...)                                                    \
    do {                                                                                           \
        if (config_admit((parser), (code), (place)))                                               \
            btl_report((parser)->diags, (code), (place), __VA_ARGS__);                             \
    } while (0)

#endif
