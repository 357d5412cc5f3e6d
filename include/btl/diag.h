// SPDX-License-Identifier: BSD-2-Clause
// Diagnostics: messages as values. Core functions add diagnostics to the caller's list and continue
// to the end of their stage; btl_diag_print() makes the text.
#ifndef BTL_DIAG_H
#define BTL_DIAG_H

#include <btl/arena.h>
#include <btl/format.h>
#include <btl/types.h>

BTL_BEGIN_DECLS

enum btl_severity { BTL_NOTE, BTL_WARNING, BTL_ERROR };

// Every diagnostic of BTL, in diag.def: DIAG(NAME, "code", SEVERITY, "sentence with %1 %2 …").
enum btl_code {
#define DIAG(name, code, severity, sentence) BTL_##name,
#include <btl/diag.def>
#undef DIAG
    BTL_CODES
};

// The place of a diagnostic. Every part may be absent: an empty string, or line 0.
struct btl_place {
    struct btl_str file;   // path on the boot volume, or as the user gave it
    uint32_t line, column; // 1-based
    struct btl_str module; // name
};

enum btl_arg_kind { BTL_ARG_STR, BTL_ARG_LETTER, BTL_ARG_DEC, BTL_ARG_HEX, BTL_ARG_SIZE };

struct btl_arg {
    enum btl_arg_kind kind;
    struct btl_str str;
    uint64_t number;
};

#define BTL_DIAG_ARGS 6

// Strings are borrowed from the configuration text, a file in memory or the arena, and must outlive
// the diagnostic.
struct btl_diag {
    enum btl_code code;
    struct btl_place place;
    struct btl_arg arg[BTL_DIAG_ARGS]; // %1 is arg[0]
    struct btl_diag *next;             // in the order of reporting
};

// More diagnostics than these are counted, and the last one of the list (diags-more) says how many
// there are: hostile input could cause millions.
#define BTL_DIAGS_MAX 32768u

struct btl_diags {
    struct btl_arena *arena;
    struct btl_diag *first, *last;
    struct btl_diag *more; // diags-more, or NULL
    uint32_t count;        // in the list
    uint32_t errors, warnings;
    uint32_t lost; // diagnostics for which the arena had no memory; counted in errors too
};

#define BTL_ARG(string)           ((struct btl_arg){.kind = BTL_ARG_STR, .str = (string)})
#define BTL_ARG_Z(nul_terminated) BTL_ARG(btl_str_of(nul_terminated))
// One character of UTF-8, which is shown as it is where it has a shape.
#define BTL_LETTER(string) ((struct btl_arg){.kind = BTL_ARG_LETTER, .str = (string)})
#define BTL_DEC(value)     ((struct btl_arg){.kind = BTL_ARG_DEC, .number = (uint64_t)(value)})
#define BTL_HEX(value)     ((struct btl_arg){.kind = BTL_ARG_HEX, .number = (uint64_t)(value)})
#define BTL_SIZE(value)    ((struct btl_arg){.kind = BTL_ARG_SIZE, .number = (uint64_t)(value)})

// btl_report(diags, BTL_CONF_UNKNOWN_KEY, place, BTL_ARG(key), BTL_ARG(nearest));
// Return the diagnostic, or diags-more when the list is full; NULL: the arena has no memory, and
// the diagnostic is counted in `lost`.
#define btl_report(diags, code, place, ...)                                                        \
    btl_diag_add((diags), (code), (place), (struct btl_arg[]){{0}, __VA_ARGS__} + 1,               \
                 BTL_COUNT(((struct btl_arg[]){{0}, __VA_ARGS__})) - 1)
struct btl_diag *btl_diag_add(struct btl_diags *diags, enum btl_code code, struct btl_place place,
                              const struct btl_arg *args, size_t count);
// Return the first diagnostic, or the first error, after `before` (an earlier diags.last).
const struct btl_diag *btl_diag_since(const struct btl_diags *diags, const struct btl_diag *before);
const struct btl_diag *btl_error_since(const struct btl_diags *diags,
                                       const struct btl_diag *before);

const char *btl_code_name(enum btl_code code); // "conf-unknown-key"
enum btl_severity btl_code_severity(enum btl_code code);
const char *btl_severity_name(enum btl_severity severity); // "note", "warning", "error"

// Print "loader.conf:3:7: error: MODULE: sentence [code]", without a newline and without absent
// parts of the place. Bytes of file, module and arguments that are not printable ASCII become \xNN,
// so that a hostile name cannot control the terminal. An argument is cut off after 1,024 bytes.
void btl_diag_print(struct btl_out *out, const struct btl_diag *diag);
// Print the sentence only.
void btl_diag_sentence(struct btl_out *out, const struct btl_diag *diag);

BTL_END_DECLS

#endif
