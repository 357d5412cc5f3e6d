// SPDX-License-Identifier: BSD-2-Clause
// The log.
#include "log.h"

#include <btl/mem.h>

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

// A piece that lies within one line, or ends it.
static void keep_piece(struct log *log, const char *text, size_t len)
{
    char prefix[BTL_LOG_PREFIX_MAX];
    if (!log->inside)
        keep(log, prefix, btl_log_prefix(prefix, clock_now(log->clock), log->level));
    keep(log, text, len);
    log->inside = text[len - 1] != '\n';
}

static void blank(struct log *log, size_t count)
{
    static const char spaces[] = "                                ";
    for (size_t part; count > 0; count -= part) {
        part = count < sizeof(spaces) - 1 ? count : sizeof(spaces) - 1;
        log->console.fw->write(log->console.fw, spaces, part);
    }
}

void log_passing(struct log *log, struct btl_str line)
{
    struct firmware *fw = log->console.fw;
    size_t before = log->passing;
    if (before == 0 && line.len == 0)
        return;
    if (before > 0)
        fw->write(fw, "\r", 1);
    if (line.len > 0)
        fw->write(fw, line.at, line.len);
    blank(log, before > line.len ? before - line.len : 0);
    if (line.len == 0)
        fw->write(fw, "\r", 1);
    log->passing = line.len;
}

static void show(struct log *log, const char *text, size_t len)
{
    log_passing(log, (struct btl_str){NULL, 0});
    console_put(&log->console, text, len);
}

static void put(struct btl_out *out, const char *text, size_t len)
{
    struct log *log = out->owner;
    for (size_t at = 0; at < len;) {
        size_t end = at;
        while (end < len && text[end] != '\n')
            end++;
        end += end < len;
        keep_piece(log, text + at, end - at);
        at = end;
    }
    if (!log->held && !log->hidden && log->level <= log->shown)
        show(log, text, len);
}

void log_begin(struct log *log, const struct clock *clock, struct btl_arena *arena)
{
    *log = (struct log){.clock = clock, .arena = arena, .held = true, .shown = LOG_NORMAL};
    console_begin(&log->console, clock->fw);
    log->out = (struct btl_out){.put = put, .owner = log};
}

bool log_next_line(struct btl_str *rest, enum btl_log_level *ret_level, struct btl_str *ret_line)
{
    size_t end = 0;
    if (rest->len == 0)
        return false;
    while (end < rest->len && rest->at[end] != '\n')
        end++;
    struct btl_str line = {rest->at, end};
    end += end < rest->len;
    *rest = (struct btl_str){rest->at + end, rest->len - end};
    if (btl_log_take_apart(line, ret_level, ret_line))
        return true;
    *ret_level = BTL_LOG_NOTE; // that the log is full
    *ret_line = line;
    return true;
}

void log_show(struct log *log, enum btl_log_level shown)
{
    struct btl_str rest = {log->text, log->len}, line;
    enum btl_log_level level;
    log->shown = shown;
    if (!log->held)
        return;
    log->held = false;
    while (log_next_line(&rest, &level, &line)) {
        if (level > shown)
            continue;
        show(log, line.at, line.len);
        show(log, "\n", 1);
    }
}

static void put_line(struct log *log, enum btl_log_level level, bool hidden, const char *format,
                     va_list args)
{
    log->level = level;
    log->hidden = hidden;
    btl_vformat(&log->out, format, args);
    btl_format(&log->out, "\n");
}

void log_line(struct log *log, enum btl_log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    put_line(log, level, false, format, args);
    va_end(args);
}

void log_keep(struct log *log, enum btl_log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    put_line(log, level, true, format, args);
    va_end(args);
}

void log_rows_begin(struct log *log)
{
    log->rows = 0;
}

void log_row(struct log *log, const char *format, ...)
{
    bool hidden = log->rows >= LOG_ROWS_SHOWN && log->shown < LOG_VERBOSE;
    va_list args;
    va_start(args, format);
    put_line(log, BTL_LOG_INFO, hidden, format, args);
    va_end(args);
    log->rows++;
}

void log_rows_end(struct log *log)
{
    if (log->rows > LOG_ROWS_SHOWN && log->shown < LOG_VERBOSE)
        log_line(log, BTL_LOG_INFO, "... more modules, in the log and in the manifest: %u",
                 log->rows - LOG_ROWS_SHOWN);
}

static void put_answer(struct btl_out *out, const char *text, size_t len)
{
    show(out->owner, text, len);
}

void log_answer(struct log *log, const char *format, ...)
{
    struct btl_out out = {.put = put_answer, .owner = log};
    va_list args;
    va_start(args, format);
    btl_vformat(&out, format, args);
    btl_format(&out, "\n");
    va_end(args);
}

enum btl_log_level log_level_of(const struct btl_diag *diag)
{
    static const enum btl_log_level levels[] = {
        [BTL_NOTE] = BTL_LOG_NOTE, [BTL_WARNING] = BTL_LOG_WARN, [BTL_ERROR] = BTL_LOG_ERROR};
    return levels[btl_code_severity(diag->code)];
}

void log_diag(struct log *log, const struct btl_diag *diag, bool shown)
{
    log->level = log_level_of(diag);
    log->hidden = !shown;
    btl_diag_print(&log->out, diag);
    btl_format(&log->out, "\n");
}

void log_diag_late(struct log *log, const struct btl_diag *diag)
{
    struct btl_out out = {.put = put_answer, .owner = log};
    if (log_level_of(diag) > log->shown)
        return;
    btl_diag_print(&out, diag);
    btl_format(&out, "\n");
}
