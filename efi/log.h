// SPDX-License-Identifier: BSD-2-Clause
// What the loader says: on the console, and, with time and level before each line, kept for the
// manifest.
#ifndef BTL_EFI_LOG_H
#define BTL_EFI_LOG_H

#include <btl/diag.h>
#include <btl/log.h>

#include "clock.h"
#include "console.h"

// Up to which level lines are on the console.
#define LOG_QUIET   BTL_LOG_WARN // quiet="YES"
#define LOG_NORMAL  BTL_LOG_INFO
#define LOG_VERBOSE BTL_LOG_DEBUG // verbose="YES"

#define LOG_MAX (4u << 20) // bytes kept; what comes after is on the console alone
// Of one step on the console, errors, and others that may be shown; the log has them all.
#define LOG_DIAGS_SHOWN 20
// Of the table of modules: a line takes a firmware's screen or a serial line longer than loading a
// module takes.
#define LOG_ROWS_SHOWN 40

struct log {
    struct console console;
    const struct clock *clock;
    struct btl_arena *arena; // for the kept text
    char *text;
    size_t len, capacity;
    bool full;
    // What may be shown is known when the configuration was read; until then lines are kept back.
    bool held;
    enum btl_log_level shown;
    enum btl_log_level level; // of the line that is being written
    bool hidden;              // it is kept alone
    bool inside;              // a line, not at its beginning
    uint32_t rows;            // of the table that is being written
    size_t passing;           // characters of a line that gives way to the next one
    struct btl_out out;
};

void log_begin(struct log *log, const struct clock *clock, struct btl_arena *arena);
// From now on lines up to `shown` go to the console, those that were kept back first.
void log_show(struct log *log, enum btl_log_level shown);
void log_line(struct log *log, enum btl_log_level level, const char *format, ...) BTL_PRINTF(3, 4);
// The same, kept alone.
void log_keep(struct log *log, enum btl_log_level level, const char *format, ...) BTL_PRINTF(3, 4);
// A table: its first rows are on the console too, all of them where everything is shown. At its end
// a line says how many are not.
void log_rows_begin(struct log *log);
void log_row(struct log *log, const char *format, ...) BTL_PRINTF(2, 3);
void log_rows_end(struct log *log);
// What was asked for: on the console alone, whatever is shown there.
void log_answer(struct log *log, const char *format, ...) BTL_PRINTF(2, 3);
// A line on the console that stands there until the next line comes, and is not kept. Empty: it
// goes away now. Only where the terminal goes back to the beginning of a line.
void log_passing(struct log *log, struct btl_str line);
enum btl_log_level log_level_of(const struct btl_diag *diag);
void log_diag(struct log *log, const struct btl_diag *diag, bool shown);
// One that log_diag() has kept alone is to be shown after all.
void log_diag_late(struct log *log, const struct btl_diag *diag);
// The next line of kept text; moves *rest behind it. False: there is none.
bool log_next_line(struct btl_str *rest, enum btl_log_level *ret_level, struct btl_str *ret_line);

#endif
