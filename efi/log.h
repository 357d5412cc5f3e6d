// SPDX-License-Identifier: BSD-2-Clause
// What the loader says: on the console, and kept for the manifest.
#ifndef BTL_EFI_LOG_H
#define BTL_EFI_LOG_H

#include <btl/diag.h>

#include "console.h"

enum log_level {
    LOG_PROBLEM, // on the console always
    LOG_NORMAL,  // unless quiet="YES"
    LOG_DETAIL,  // with verbose="YES" alone
    LOG_KEPT     // never
};

#define LOG_MAX         (4u << 20) // bytes kept; what comes after is on the console alone
#define LOG_DIAGS_SHOWN 20         // of one step on the console; the log has them all

struct log {
    struct console console;
    struct btl_arena *arena; // for the kept text
    char *text;
    size_t len, capacity;
    bool full;
    // What may be shown is known when loader.conf was read; until then lines are kept back.
    bool held;
    enum log_level shown;
    enum log_level level; // of the line that is being written
    struct btl_out out;
    const struct btl_diag *last_diag; // the last one that was printed
};

void log_begin(struct log *log, struct firmware *fw, struct btl_arena *arena);
// From now on lines up to `shown` go to the console, those that were kept back first.
void log_show(struct log *log, enum log_level shown);
void log_line(struct log *log, enum log_level level, const char *format, ...);
// Prints what was added to `diags` since the last call. Something wrong ends the keeping back.
void log_diags(struct log *log, const struct btl_diags *diags);

#endif
