// SPDX-License-Identifier: BSD-2-Clause
// The log.
#include "log.h"

#include <mem.h>

#define CAPACITY_FIRST 8192

static bool make_room(struct log *log, size_t len)
{
    if (len <= log->capacity - log->len)
        return true;
    size_t capacity = log->capacity == 0 ? CAPACITY_FIRST : 2 * log->capacity;
    while (capacity < log->len + len)
        capacity *= 2;
    char *text = btl_alloc(log->arena, capacity, 1);
    if (text == NULL)
        return false;
    if (log->len > 0)
        memcpy(text, log->text, log->len);
    log->text = text;
    log->capacity = capacity;
    return true;
}

static void keep(struct log *log, const char *text, size_t len)
{
    static const char note[] = "(the log is full here)\n";
    if (log->full)
        return;
    if (log->len + len + sizeof(note) > LOG_MAX) {
        log->full = true;
        text = note;
        len = sizeof(note) - 1;
    }
    if (!make_room(log, len)) {
        log->full = true;
        return;
    }
    memcpy(log->text + log->len, text, len);
    log->len += len;
}

static void put(struct btl_out *out, const char *text, size_t len)
{
    struct log *log = out->owner;
    keep(log, text, len);
    if (!log->held && log->level <= log->shown)
        console_put(&log->console, text, len);
}

void log_begin(struct log *log, struct firmware *fw, struct btl_arena *arena)
{
    *log = (struct log){.arena = arena, .held = true, .shown = LOG_NORMAL};
    console_begin(&log->console, fw);
    log->out = (struct btl_out){.put = put, .owner = log};
}

void log_show(struct log *log, enum log_level shown)
{
    log->shown = shown;
    if (!log->held)
        return;
    log->held = false;
    if (shown >= LOG_NORMAL)
        console_put(&log->console, log->text, log->len);
}

void log_line(struct log *log, enum log_level level, const char *format, ...)
{
    va_list args;
    // What was kept back is shown whole; whether details are wanted is not known yet.
    if (log->held && level > LOG_NORMAL)
        return;
    va_start(args, format);
    log->level = level;
    btl_vformat(&log->out, format, args);
    btl_format(&log->out, "\n");
    va_end(args);
}

void log_diags(struct log *log, const struct btl_diags *diags)
{
    const struct btl_diag *diag = log->last_diag != NULL ? log->last_diag->next : diags->first;
    uint32_t count = 0;
    if (diag != NULL)
        log_show(log, log->shown);
    for (; diag != NULL; diag = diag->next, count++) {
        bool note = btl_code_severity(diag->code) == BTL_NOTE;
        log->level = count >= LOG_DIAGS_SHOWN ? LOG_KEPT : note ? LOG_NORMAL : LOG_PROBLEM;
        btl_diag_print(&log->out, diag);
        btl_format(&log->out, "\n");
        log->last_diag = diag;
    }
    if (count > LOG_DIAGS_SHOWN)
        log_line(log, LOG_PROBLEM, "... and %u more, in the log and in the manifest",
                 count - LOG_DIAGS_SHOWN);
}
