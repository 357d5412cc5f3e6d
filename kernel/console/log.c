// SPDX-License-Identifier: BSD-2-Clause
// The kernel's log: a ring of printed lines with time and level, as in the loader's log. It is
// static because the first lines are older than any allocator.
#include "console/print.h"

#include "base/handoff.h"
#include "base/timeline.h"

#define LOG_SIZE (64u << 10)

static char ring[LOG_SIZE];
static uint64_t written; // bytes ever
static enum btl_log_level level = BTL_LOG_INFO;
static bool inside_line, paused;

static void log_put_bytes(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ring[written++ % LOG_SIZE] = text[i];
}

// Before the manifest is adopted there is no clock.
static void log_begin_line(void)
{
    char prefix[BTL_LOG_PREFIX_MAX];

    log_put_bytes(prefix, btl_log_prefix(prefix, handoff_ready() ? timeline_now() : 0, level));
}

// The output of commands that only show something is not logged: it would drive out what it shows.
void log_put(const char *text, size_t len)
{
    size_t start = 0;

    if (paused)
        return;
    for (size_t at = 0; at < len; at++) {
        if (!inside_line)
            log_begin_line();
        inside_line = text[at] != '\n';
        if (inside_line && at + 1 < len)
            continue;
        log_put_bytes(text + start, at + 1 - start);
        start = at + 1;
    }
}

void log_level(enum btl_log_level of_lines)
{
    level = of_lines;
}

static void log_only_put(struct btl_out *out, const char *text, size_t len)
{
    log_put(text, len);
}

struct btl_out log_out(void)
{
    return (struct btl_out){.put = log_only_put};
}

static void log_print_loader(struct btl_out *out)
{
    struct btl_str text = btl_manifest_text(handoff_manifest(), BTLM_LOG);

    if (text.len == 0)
        return;
    out->put(out, text.at, text.len);
    if (text.at[text.len - 1] != '\n')
        out->put(out, "\n", 1);
}

// Return the position of the oldest complete line.
static uint64_t log_first_line(void)
{
    uint64_t at =
        written > LOG_SIZE ? written - LOG_SIZE + 1 : 0; // + 1: the byte before it is in the ring

    while (at > 0 && at < written && ring[(at - 1) % LOG_SIZE] != '\n')
        at++;
    return at;
}

static void log_print_kernel(struct btl_out *out)
{
    uint64_t at = log_first_line();

    if (at > 0)
        btl_format(out, "[%lu older bytes were dropped]\n", at);
    while (at < written) {
        char piece[128];
        size_t len = 0;

        while (at < written && len < sizeof(piece))
            piece[len++] = ring[at++ % LOG_SIZE];
        out->put(out, piece, len);
    }
}

// Passes on the lines of some levels. A line without a level belongs to the one before it.
struct log_filter {
    struct btl_out out;
    struct btl_out *to;
    enum btl_log_level last; // and all before it
    char head[BTL_LOG_PREFIX_MAX];
    size_t len;
    bool past_head, passes;
};

static void filter_end_head(struct log_filter *filter)
{
    enum btl_log_level of_line;
    struct btl_str text;

    if (btl_log_take_apart((struct btl_str){filter->head, filter->len}, &of_line, &text))
        filter->passes = of_line <= filter->last;
    if (filter->passes && filter->len > 0)
        filter->to->put(filter->to, filter->head, filter->len);
    filter->len = 0;
    filter->past_head = true;
}

static void filter_put(struct btl_out *out, const char *text, size_t len)
{
    struct log_filter *filter = (struct log_filter *)out;

    for (size_t i = 0; i < len; i++) {
        if (filter->past_head && filter->passes)
            filter->to->put(filter->to, text + i, 1);
        else if (!filter->past_head)
            filter->head[filter->len++] = text[i];
        if (!filter->past_head && (text[i] == '\n' || filter->len == sizeof(filter->head)))
            filter_end_head(filter);
        if (text[i] == '\n')
            filter->past_head = false;
    }
}

bool log_pause(bool pause)
{
    bool before = paused;

    paused = pause;
    return before;
}

static void log_print_filtered(struct btl_out *out, enum btl_log_level last, bool of_loader)
{
    struct log_filter filter = {
        .out = {.put = filter_put}, .to = out, .last = last, .passes = true};
    bool before = log_pause(true);

    if (of_loader && handoff_ready())
        log_print_loader(&filter.out);
    log_print_kernel(&filter.out);
    filter_end_head(&filter);
    paused = before;
}

void log_print(struct btl_out *out, enum btl_log_level last)
{
    log_print_filtered(out, last, true);
}

void log_print_own(struct btl_out *out, enum btl_log_level last)
{
    log_print_filtered(out, last, false);
}
