// SPDX-License-Identifier: BSD-2-Clause
// The loader's messages: on the console, and, with time and level before each line, kept for the
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

#define LOG_MAX (4u << 20) // bytes kept; later lines are on the console only
// The maximum of errors, and of other diagnostics, that one step shows on the console; the log has
// them all.
#define LOG_DIAGS_SHOWN 20
// The maximum of rows of the table of modules on the console: a line takes a firmware's screen or a
// serial line longer than loading a module takes.
#define LOG_ROWS_SHOWN 40

struct log {
    struct console console;
    const struct clock *clock;
    struct btl_arena *arena; // for the kept text
    char *text;
    size_t len, capacity;
    bool full;
    bool held; // the console waits for log_release()
    enum btl_log_level shown;
    enum btl_log_level level; // of the line that is being written
    bool hidden;              // that line is for the log only
    bool inside;              // a line has begun
    uint32_t rows;            // of the table that is being written
    struct btl_out out;
};

// Hold back the console until the configuration has said what is shown.
void log_begin(struct log *log, const struct clock *clock, struct btl_arena *arena);
// Show lines up to level `shown` on the console from now on, the lines held back first.
void log_release(struct log *log, enum btl_log_level shown);
void log_line(struct log *log, enum btl_log_level level, const char *format, ...) BTL_PRINTF(3, 4);
// Write a line into the log only.
void log_only(struct log *log, enum btl_log_level level, const char *format, ...) BTL_PRINTF(3, 4);
enum btl_log_level log_level_of(const struct btl_diag *diag);
void log_diag(struct log *log, const struct btl_diag *diag, bool shown);

// The table of modules. The console gets its first rows, or all of them with verbose="YES"; at the
// end of the table a line says how many rows it did not get.
void log_table_begin(struct log *log);
// A row: `state`, or the address where it is NULL.
void log_module_row(struct log *log, struct btl_str name, const char *phase, uint64_t bytes,
                    const char *state, uint64_t address, uint64_t nanoseconds);
// A row of a module that is not loaded. `only`: in the log only.
void log_module_state(struct log *log, struct btl_str name, const char *phase, const char *state,
                      bool only);
void log_table_end(struct log *log);

// Parse the next line of kept text; *rest moves past it. False: there is none.
bool log_next_line(struct btl_str *rest, enum btl_log_level *ret_level, struct btl_str *ret_line);

#endif
