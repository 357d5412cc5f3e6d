// SPDX-License-Identifier: BSD-2-Clause
#include "log.h"

#include <btl/mem.h>

#define CAPACITY_FIRST 8192

static void log_keep(struct log *log, const char *text, size_t len)
{
    static const char note[] = "(the log is full here)\n";
    if (log->full)
        return;
    if (log->len + len + sizeof(note) > LOG_MAX) {
        log->full = true;
        text = note;
        len = sizeof(note) - 1;
    }
    size_t more = len > CAPACITY_FIRST ? len : CAPACITY_FIRST;
    if (len > log->capacity - log->len &&
        !BTL_RESERVE(log->arena, log->text, log->len, more, log->capacity)) {
        log->full = true;
        return;
    }
    memcpy(log->text + log->len, text, len);
    log->len += len;
}

// Keep a piece within one line, or its end.
static void log_keep_piece(struct log *log, const char *text, size_t len)
{
    char prefix[BTL_LOG_PREFIX_MAX];
    if (!log->inside)
        log_keep(log, prefix, btl_log_prefix(prefix, clock_now(log->clock), log->level));
    log_keep(log, text, len);
    log->inside = text[len - 1] != '\n';
}

static void log_put(struct btl_out *out, const char *text, size_t len)
{
    struct log *log = out->owner;
    for (size_t at = 0; at < len;) {
        size_t end = at;
        while (end < len && text[end] != '\n')
            end++;
        end += end < len;
        log_keep_piece(log, text + at, end - at);
        at = end;
    }
    if (!log->held && !log->hidden && log->level <= log->shown)
        console_put(&log->console, text, len);
}

void log_begin(struct log *log, const struct clock *clock, struct btl_arena *arena)
{
    *log = (struct log){.clock = clock, .arena = arena, .held = true, .shown = LOG_NORMAL};
    console_begin(&log->console, clock->fw);
    log->out = (struct btl_out){.put = log_put, .owner = log};
}

bool log_next_line(struct btl_str *rest, enum btl_log_level *ret_level, struct btl_str *ret_line)
{
    struct btl_str line;
    if (!btl_take_line(rest, &line))
        return false;
    if (btl_log_take_apart(line, ret_level, ret_line))
        return true;
    *ret_level = BTL_LOG_NOTE; // that the log is full
    *ret_line = line;
    return true;
}

void log_release(struct log *log, enum btl_log_level shown)
{
    struct btl_str rest = {log->text, log->len}, line;
    enum btl_log_level level;
    log->shown = shown;
    if (!log->held)
        return;
    log->held = false;
    while (log_next_line(&rest, &level, &line)) {
        if (level <= shown)
            console_print(&log->console, "%pS", &line);
    }
}

// A line is put whole, unless it is long: each piece of a format costs as much as a line.
struct log_buffer {
    struct btl_out out;
    struct log *log;
    size_t len;
    char text[200];
};

static void log_buffer_flush(struct log_buffer *line)
{
    if (line->len > 0)
        log_put(&line->log->out, line->text, line->len);
    line->len = 0;
}

static void log_buffer_put(struct btl_out *out, const char *text, size_t len)
{
    struct log_buffer *line = out->owner;
    if (len > sizeof(line->text) - line->len)
        log_buffer_flush(line);
    if (len > sizeof(line->text)) {
        log_put(&line->log->out, text, len);
        return;
    }
    memcpy(line->text + line->len, text, len);
    line->len += len;
}

static void log_buffer_begin(struct log_buffer *line, struct log *log, enum btl_log_level level,
                             bool hidden)
{
    log->level = level;
    log->hidden = hidden;
    line->out = (struct btl_out){.put = log_buffer_put, .owner = line};
    line->log = log;
    line->len = 0;
}

static void log_buffer_end(struct log_buffer *line)
{
    log_buffer_put(&line->out, "\n", 1);
    log_buffer_flush(line);
}

static void log_put_line(struct log *log, enum btl_log_level level, bool hidden, const char *format,
                         va_list args)
{
    struct log_buffer line;
    log_buffer_begin(&line, log, level, hidden);
    btl_vformat(&line.out, format, args);
    log_buffer_end(&line);
}

void log_line(struct log *log, enum btl_log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_put_line(log, level, false, format, args);
    va_end(args);
}

void log_only(struct log *log, enum btl_log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_put_line(log, level, true, format, args);
    va_end(args);
}

void log_table_begin(struct log *log)
{
    log->rows = 0;
}

static bool log_row_is_hidden(struct log *log)
{
    return log->rows++ >= LOG_ROWS_SHOWN && log->shown < LOG_VERBOSE;
}

void log_module_row(struct log *log, struct btl_str name, const char *phase, uint64_t bytes,
                    const char *state, uint64_t address, uint64_t nanoseconds)
{
    struct log_buffer line;
    log_buffer_begin(&line, log, BTL_LOG_INFO, log_row_is_hidden(log));
    btl_format(&line.out, "%-24pC %-5s %8pB  ", &name, phase, BTL_BYTES(bytes));
    if (state != NULL)
        btl_format(&line.out, "%-16s %9lu us", state, nanoseconds / 1000);
    else
        btl_format(&line.out, "%016lx %9lu us", address, nanoseconds / 1000);
    log_buffer_end(&line);
}

void log_module_state(struct log *log, struct btl_str name, const char *phase, const char *state,
                      bool only)
{
    struct log_buffer line;
    log_buffer_begin(&line, log, BTL_LOG_INFO, only || log_row_is_hidden(log));
    btl_format(&line.out, "%-24pC %-5s %s", &name, phase, state);
    log_buffer_end(&line);
}

void log_table_end(struct log *log)
{
    if (log->rows > LOG_ROWS_SHOWN && log->shown < LOG_VERBOSE)
        log_line(log, BTL_LOG_INFO, "... more modules, in the log and in the manifest: %u",
                 log->rows - LOG_ROWS_SHOWN);
}

enum btl_log_level log_level_of(const struct btl_diag *diag)
{
    static const enum btl_log_level levels[] = {
        [BTL_NOTE] = BTL_LOG_NOTE, [BTL_WARNING] = BTL_LOG_WARN, [BTL_ERROR] = BTL_LOG_ERROR};
    return levels[btl_code_severity(diag->code)];
}

void log_diag(struct log *log, const struct btl_diag *diag, bool shown)
{
    struct log_buffer line;
    log_buffer_begin(&line, log, log_level_of(diag), !shown);
    btl_diag_print(&line.out, diag);
    log_buffer_end(&line);
}
