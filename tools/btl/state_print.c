// SPDX-License-Identifier: BSD-2-Clause
// The records, and the next boot, as text and as JSON.
#include "state_print.h"

#include <string.h>

#include "json.h"
#include "manifest_words.h"
#include "report.h"

#define JSON_VERSION 1

static const char *const where[] = {
    [BTL_FAILED_IN_LOADER] = "in the loader",
    [BTL_FAILED_IN_KERNEL] = "in the kernel",
};

// ------------------------------------------------------------------------------------------- text

// Lines of another program: none of them may drive the terminal.
static void print_lines(struct btl_out *out, struct btl_arena *arena, struct btl_str text)
{
    while (text.len > 0) {
        const char *end = memchr(text.at, '\n', text.len);
        struct btl_str line = {text.at, end == NULL ? text.len : (size_t)(end - text.at)};
        struct btl_str safe = report_safe(arena, line);
        btl_format(out, "             %S\n", &safe);
        text.at += line.len + (end != NULL);
        text.len -= line.len + (end != NULL);
    }
}

static void print_given_up(struct btl_out *out, const struct btl_record *failed)
{
    char hash[SHA256_TEXT];
    for (uint32_t i = 0; i < failed->given_up_count; i++)
        btl_format(out, "           given up by the kernel: SHA-256 %.16s\n",
                   words_sha256(failed->given_up[i], hash));
}

static void print_record(struct btl_out *out, const struct variables *variables,
                         enum btl_variable which)
{
    struct btl_arena *arena = variables->host->arena;
    const struct btl_record *record = &variables->state.record[which];
    char hash[SHA256_TEXT];
    btl_format(out, "%-10s", btl_variable_name(which));
    if (!record->there) {
        btl_format(out, " -\n");
        return;
    }
    if (record->path.len == 0) {
        btl_format(out, " of no boot any more\n");
        print_given_up(out, record);
        return;
    }
    struct btl_str path = report_safe(arena, record->path);
    btl_format(out, " %S", &path);
    if (which == BTL_VARIABLE_TRIAL)
        btl_format(out, ", %u %s left", record->number, record->number == 1 ? "try" : "tries");
    else if (which == BTL_VARIABLE_FAILED)
        btl_format(out, ", %s", where[record->number]);
    else if (which == BTL_VARIABLE_NEXT)
        btl_format(out, ", once");
    if (which != BTL_VARIABLE_NEXT)
        btl_format(out, ", SHA-256 %.16s", words_sha256(record->sha256, hash));
    btl_format(out, "\n");
    print_lines(out, arena, record->text);
    print_given_up(out, record);
}

static void print_verdict(struct btl_out *out, const struct configuration *conf)
{
    if (conf->trial == BTL_TRIAL_GOOD)
        btl_format(out, ", the last good one");
    else if (conf->trial == BTL_TRIAL_COUNTED)
        btl_format(out, " on trial, %u %s left", conf->tries_left,
                   conf->tries_left == 1 ? "try" : "tries");
}

static void print_next(struct btl_out *out, struct btl_arena *arena, const struct next_boot *next)
{
    const struct configuration *last = &next->tried[next->count - 1];
    struct btl_str path = report_safe(arena, next->tried[0].path);
    btl_format(out, "next boot: %S", &path);
    if (next->once)
        btl_format(out, " once");
    print_verdict(out, &next->tried[0]);
    for (size_t i = 1; i < next->count; i++) {
        path = report_safe(arena, next->tried[i].path);
        btl_format(out, "\n           falls back to %S: %S", &path, &next->tried[i - 1].reason);
        print_verdict(out, &next->tried[i]);
    }
    if (last->reason.len > 0)
        btl_format(out, "\n           boots it all the same, although %S: there is no other",
                   &last->reason);
    path = report_safe(arena, next->fallback);
    if (path.len > 0)
        btl_format(out, "\n           if that fails: %S", &path);
    btl_format(out, "\n");
}

void state_print(struct btl_out *out, const struct variables *variables,
                 const struct next_boot *next)
{
    for (enum btl_variable which = 0; which < BTL_VARIABLES; which++)
        print_record(out, variables, which);
    if (next != NULL)
        print_next(out, variables->host->arena, next);
}

// ------------------------------------------------------------------------------------------- JSON

static void json_path(struct json *json, const char *name, struct btl_str path)
{
    if (path.len > 0)
        json_text(json, name, path);
    else
        json_null(json, name);
}

static void json_failed(struct json *json, const struct btl_record *record)
{
    char hash[SHA256_TEXT];
    json_word(json, "where", record->number == BTL_FAILED_IN_KERNEL ? "kernel" : "loader");
    json_text(json, "text", record->text);
    json_begin(json, "given_up", '[');
    for (uint32_t i = 0; i < record->given_up_count; i++)
        json_word(json, NULL, words_sha256(record->given_up[i], hash));
    json_end(json, ']');
}

static void json_record(struct json *json, const char *name, const struct variables *variables,
                        enum btl_variable which)
{
    const struct btl_record *record = &variables->state.record[which];
    char hash[SHA256_TEXT];
    if (!record->there) {
        json_null(json, name);
        return;
    }
    json_begin(json, name, '{');
    json_path(json, "path", record->path);
    if (which != BTL_VARIABLE_NEXT)
        json_word(json, "sha256", words_sha256(record->sha256, hash));
    if (which == BTL_VARIABLE_TRIAL)
        json_number(json, "tries_left", record->number);
    if (which == BTL_VARIABLE_FAILED)
        json_failed(json, record);
    json_end(json, '}');
}

static void json_next(struct json *json, const struct next_boot *next)
{
    static const char *const verdicts[] = {
        [BTL_TRIAL_NONE] = "none",       [BTL_TRIAL_GOOD] = "good",
        [BTL_TRIAL_COUNTED] = "counted", [BTL_TRIAL_USED_UP] = "used up",
        [BTL_TRIAL_FAILED] = "failed",
    };
    const struct configuration *booted = &next->tried[next->count - 1];
    json_begin(json, "next_boot", '{');
    json_text(json, "path", booted->path);
    json_text(json, "wanted", next->tried[0].path);
    json_bool(json, "once", next->once);
    json_word(json, "trial", verdicts[booted->trial]);
    if (booted->trial == BTL_TRIAL_COUNTED)
        json_number(json, "tries_left", booted->tries_left);
    else
        json_null(json, "tries_left");
    json_path(json, "fallback", next->fallback);
    json_begin(json, "given_up", '[');
    for (size_t i = 0; i + 1 < next->count; i++) {
        json_begin_line(json, NULL, '{');
        json_text(json, "path", next->tried[i].path);
        json_text(json, "reason", next->tried[i].reason);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_end(json, '}');
}

void state_json(struct btl_out *out, const struct variables *variables,
                const struct next_boot *next)
{
    struct json json = {.out = out};
    json_begin(&json, NULL, '{');
    json_number(&json, "version", JSON_VERSION);
    json_word(&json, "source", variables->source);
    json_record(&json, "trial", variables, BTL_VARIABLE_TRIAL);
    json_record(&json, "good", variables, BTL_VARIABLE_GOOD);
    json_record(&json, "failed", variables, BTL_VARIABLE_FAILED);
    json_record(&json, "next", variables, BTL_VARIABLE_NEXT);
    if (next != NULL)
        json_next(&json, next);
    else
        json_null(&json, "next_boot");
    json_end(&json, '}');
    btl_format(out, "\n");
}
