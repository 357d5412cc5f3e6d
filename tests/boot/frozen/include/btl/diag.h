// SPDX-License-Identifier: BSD-2-Clause
// What went wrong, as a value. Core functions add diagnostics to the caller's list and go on to the
// end of their stage; the sentence is made at the edge, by btl_diag_print().
#ifndef BTL_DIAG_H
#define BTL_DIAG_H

#include <btl/arena.h>
#include <btl/format.h>
#include <btl/types.h>

enum btl_severity { BTL_NOTE, BTL_WARNING, BTL_ERROR };

// Every diagnostic of BTL, in diag.def: DIAG(NAME, "code", SEVERITY, "sentence with %1 %2 …").
enum btl_code {
#define DIAG(name, code, severity, sentence) BTL_##name,
#include <btl/diag.def>
#undef DIAG
    BTL_CODES
};

// Where. Every part may be absent: an empty string, or line 0.
struct btl_place {
    struct btl_str file;   // path as the user knows it
    uint32_t line, column; // 1-based
    struct btl_str module; // name of the module it is about
};

struct btl_arg {
    enum btl_arg_kind { BTL_ARG_STR, BTL_ARG_DEC, BTL_ARG_HEX, BTL_ARG_SIZE } kind;
    struct btl_str str;
    uint64_t number;
};

#define BTL_DIAG_ARGS 6

// Strings are borrowed: from the configuration text, a file in memory or the arena. A diagnostic is
// valid as long as these are.
struct btl_diag {
    enum btl_code code;
    struct btl_place place;
    struct btl_arg arg[BTL_DIAG_ARGS]; // %1 is arg[0]
    struct btl_diag *next;             // in the order of reporting
};

struct btl_diags {
    struct btl_arena *arena;
    struct btl_diag *first, *last;
    uint32_t errors, warnings;
    uint32_t lost; // diagnostics for which the arena had no memory; counted in errors too
};

#define BTL_ARG(string) ((struct btl_arg){.kind = BTL_ARG_STR, .str = (string)})
#define BTL_ARG_Z(nul_terminated) BTL_ARG(btl_str_of(nul_terminated))
#define BTL_DEC(value) ((struct btl_arg){.kind = BTL_ARG_DEC, .number = (uint64_t)(value)})
#define BTL_HEX(value) ((struct btl_arg){.kind = BTL_ARG_HEX, .number = (uint64_t)(value)})
#define BTL_SIZE(value) ((struct btl_arg){.kind = BTL_ARG_SIZE, .number = (uint64_t)(value)})

// btl_report(diags, BTL_CONF_UNKNOWN_KEY, place, BTL_ARG(key), BTL_ARG(nearest));
// Returns the diagnostic, or NULL when there was no memory for it (then it is counted in `lost`).
#define btl_report(diags, code, place, ...)                                                        \
    btl_diag_add((diags), (code), (place), (struct btl_arg[]){{0}, __VA_ARGS__} + 1,               \
                 BTL_COUNT(((struct btl_arg[]){{0}, __VA_ARGS__})) - 1)
struct btl_diag *btl_diag_add(struct btl_diags *diags, enum btl_code code, struct btl_place place,
                              const struct btl_arg *args, size_t count);

const char *btl_code_name(enum btl_code code); // "conf-unknown-key"
enum btl_severity btl_code_severity(enum btl_code code);

// "loader.conf:3:7: error: MODULE: sentence [code]", without a newline; parts of the place that are
// absent are left out. Bytes of file, module and arguments that are not printable ASCII are shown as
// \xNN, so that a hostile name cannot drive the terminal, and an argument ends after 1,024 bytes.
void btl_diag_print(struct btl_out *out, const struct btl_diag *diag);
// The sentence alone.
void btl_diag_sentence(struct btl_out *out, const struct btl_diag *diag);

#endif
