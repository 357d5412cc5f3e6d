// SPDX-License-Identifier: BSD-2-Clause
// The records, and the next boot, as text and as JSON.
#include "state_print.h"

#include <string.h>

#include <btl/hash.h>
#include <btl/manifest.h>

#include "json.h"
#include "report.h"
#include "state_seal.h"

#define JSON_VERSION 1

static const char *const where[] = {
    [BTL_FAILED_IN_LOADER] = "in the loader",
    [BTL_FAILED_IN_KERNEL] = "in the kernel",
};

// ------------------------------------------------------------------------------------------- text

// Print lines of another program, escaped so that they cannot drive the terminal.
static void state_print_lines(struct btl_out *out, struct btl_arena *arena, struct btl_str text)
{
    while (text.len > 0) {
        const char *end = memchr(text.at, '\n', text.len);
        struct btl_str line = {text.at, end == NULL ? text.len : (size_t)(end - text.at)};
        struct btl_str safe = report_safe(arena, line);
        btl_format(out, "             %pS\n", &safe);
        text.at += line.len + (end != NULL);
        text.len -= line.len + (end != NULL);
    }
}

// Print the texts that the kernel gave up; with a volume, also their paths.
static void state_print_given_up(struct btl_out *out, const struct variables *variables,
                                 const struct next_boot *next)
{
    const struct btl_record *failed = &variables->state.record[BTL_VARIABLE_FAILED];
    char hash[BTL_SHA256_TEXT];
    for (uint32_t i = 0; i < failed->given_up_count; i++) {
        btl_format(out, "           given up by the kernel: ");
        if (next != NULL && next->given_up[i].len > 0) {
            struct btl_str path = report_safe(variables->host->arena, next->given_up[i]);
            btl_format(out, "%pS, ", &path);
        }
        btl_format(out, "SHA-256 %.16s%s\n", btl_sha256_text(failed->given_up[i], hash),
                   next != NULL && next->given_up[i].len == 0 ? ", no configuration of this volume"
                                                              : "");
    }
}

// Print where the last good text is, if the file of its record has another text by now.
static void state_print_moved(struct btl_out *out, const struct variables *variables,
                              const struct next_boot *next)
{
    const struct btl_record *good = &variables->state.record[BTL_VARIABLE_GOOD];
    struct btl_str path = report_safe(variables->host->arena, next->good);
    if (next->good.len == 0)
        btl_format(out, "           no configuration of this volume has that text now\n");
    else if (!btl_str_equal(next->good, good->path))
        btl_format(out, "           that text is now in %pS\n", &path);
}

static void state_print_record(struct btl_out *out, const struct variables *variables,
                               enum btl_variable which)
{
    static const char *const meaning[BTL_VARIABLES] = {
        [BTL_VARIABLE_TRIAL] = "on trial",     [BTL_VARIABLE_GOOD] = "last good",
        [BTL_VARIABLE_FAILED] = "failed last", [BTL_VARIABLE_NEXT] = "next, once",
        [BTL_VARIABLE_PENDING] = "pending",
    };
    const struct btl_record *record = &variables->state.record[which];
    char hash[BTL_SHA256_TEXT];
    btl_format(out, "%-10s", btl_variable_name(which));
    if (!record->valid) {
        btl_format(out, " -\n");
        return;
    }
    if (record->path.len == 0) {
        btl_format(out, " the last failure is settled\n");
        return;
    }
    struct btl_str path = report_safe(variables->host->arena, record->path);
    btl_format(out, " %s: %pS", meaning[which], &path);
    if (which == BTL_VARIABLE_TRIAL)
        btl_format(out, ", %u %s left", record->number, record->number == 1 ? "try" : "tries");
    else if (which == BTL_VARIABLE_PENDING)
        btl_format(out, ", on trial with %u tries", record->number);
    else if (which == BTL_VARIABLE_FAILED)
        btl_format(out, ", %s", where[record->number]);
    if (which != BTL_VARIABLE_NEXT)
        btl_format(out, ", SHA-256 %.16s", btl_sha256_text(record->sha256, hash));
    btl_format(out, "\n");
    state_print_lines(out, variables->host->arena, record->text);
}

struct run_counts {
    uint32_t loaded, failed;
};

static struct run_counts state_count_run(const struct btl_run *run)
{
    struct run_counts counts = {0};
    for (uint32_t i = 0; i < run->event_count; i++) {
        if (run->events[i].kind != BTLM_EVENT_MODULE_LOADED)
            continue;
        counts.failed += run->events[i].failed;
        counts.loaded += !run->events[i].failed;
    }
    return counts;
}

// Print how the kernel's last recorded boot ended. Most machines have no such record.
static void state_print_run(struct btl_out *out, const struct variables *variables)
{
    struct btl_run run;
    if (!variables_run(variables, &run))
        return;
    struct run_counts counts = state_count_run(&run);
    btl_format(out, "%-10s last recorded boot: %s; modules: %u loaded, %u failed\n",
               BTL_RUN_VARIABLE, btl_run_end_name(run.end), counts.loaded, counts.failed);
    state_print_lines(out, variables->host->arena, run.text);
}

// Print what runs. Without BTL's loader there is no such record.
static void state_print_running(struct btl_out *out, const struct variables *variables)
{
    struct btl_running running;
    char hash[BTL_SHA256_TEXT];
    if (!variables_running(variables, &running))
        return;
    struct btl_str path = report_safe(variables->host->arena, running.path);
    btl_format(out, "%-10s running: %pS, booted as %s", BTL_RUNNING_VARIABLE, &path,
               btlm_how_name(running.how));
    if ((running.flags & BTLM_BOOT_SAFE) != 0)
        btl_format(out, ", safe");
    if ((running.flags & BTLM_BOOT_CHANGED) != 0)
        btl_format(out, ", changed in the menu");
    if ((running.flags & BTLM_BOOT_TRIAL) != 0)
        btl_format(out, ", on trial with %u of %u tries left", running.tries_left, running.tries);
    if (running.watchdog != 0)
        btl_format(out, ", hardware watchdog %u s", running.watchdog);
    btl_format(out, ", SHA-256 %.16s\n", btl_sha256_text(running.sha256, hash));
}

// ---------------------------------------------------------------------------------- the next boot

#define BESIDE "             " // as wide as "if it fails: "

// Print why the first configuration is booted.
static void state_print_first(struct btl_out *out, const struct next_boot *next)
{
    const struct configuration *conf = &next->tried[0];
    if (next->once || next->asked)
        btl_format(out, "%s%s%s", next->once ? "BtlNext names it, for one boot" : next->entry.name,
                   next->once ? "" : " names it", conf->trial != BTL_TRIAL_NONE ? "; " : "");
    if (conf->trial == BTL_TRIAL_GOOD)
        btl_format(out, "it is the last good configuration");
    else if (conf->trial == BTL_TRIAL_COUNTED)
        btl_format(out, "it is on trial, with %u of %u tries left", conf->tries_left, conf->tries);
    else if (!next->once && !next->asked)
        btl_format(out, "it is the default, and not on trial");
    btl_format(out, "\n");
}

// Print the configurations that came first, and why they are not booted.
static void state_print_passed_over(struct btl_out *out, struct btl_arena *arena,
                                    const struct next_boot *next)
{
    const struct configuration *last = &next->tried[next->count - 1];
    for (size_t i = 0; i + 1 < next->count; i++) {
        struct btl_str path = report_safe(arena, next->tried[i].path);
        btl_format(out, "%s%pS%s is not booted: %pS\n", i > 0 ? BESIDE : "", &path,
                   i == 0 && next->once ? ", named by BtlNext," : "", &next->tried[i].reason);
    }
    struct btl_str path = report_safe(arena, last->path);
    btl_format(out, BESIDE "%pS takes its place%s\n", &path,
               last->trial == BTL_TRIAL_GOOD ? ": it is the last good configuration" : "");
}

// Return what the loader does with a bad configuration if there is no other.
static const char *state_last_resort(const struct configuration *conf)
{
    return !conf->readable ? "the defaults are used"
           : conf->good    ? "it is still booted"
                           : "its good lines are used";
}

// Print the boot entry of the loader, and how many entries come before it.
static void state_print_entry(struct btl_out *out, struct btl_arena *arena,
                              const struct boot_entry *entry)
{
    struct btl_str title = report_safe(arena, entry->title);
    struct btl_str options = report_safe(arena, entry->options);
    if (!entry->valid)
        return;
    btl_format(out, "boot entry:  %s \"%pS\"%s%pS", entry->name, &title,
               options.len > 0           ? ", options: "
               : entry->options_not_text ? ", options that are not text in UTF-16 (efibootmgr -u)"
                                         : ", without options",
               &options);
    if (entry->others > 0)
        btl_format(out, "; others that the firmware tries first: %u", entry->others);
    btl_format(out, "\n");
}

// Print what the loader will do with BtlPending.
static void state_print_pending(struct btl_out *out, const struct variables *variables,
                                const struct next_boot *next)
{
    const struct btl_record *pending = &variables->state.record[BTL_VARIABLE_PENDING];
    const struct configuration *first = &next->tried[0];
    if (!pending->valid || !btl_str_equal(pending->path, first->path))
        return;
    btl_format(
        out, "pending:     %s\n",
        btl_record_names(pending, first->sha256)
            ? "the loader applies the changes of BtlPending to it, if they have no errors"
            : "the file was changed since: the loader refuses changes that it does not have");
}

static void state_print_next(struct btl_out *out, struct btl_arena *arena,
                             const struct next_boot *next)
{
    const struct configuration *last = &next->tried[next->count - 1];
    struct btl_str path = report_safe(arena, last->path);
    btl_format(out, "next boot:   %pS\nwhy:         ", &path);
    if (next->count > 1)
        state_print_passed_over(out, arena, next);
    if (last->reason.len > 0)
        btl_format(out, "%s%pS; %s, because there is no other\n", next->count > 1 ? BESIDE : "",
                   &last->reason, state_last_resort(last));
    else if (next->count == 1)
        state_print_first(out, next);
    path = report_safe(arena, next->fallback);
    btl_format(out, "if it fails: %pS%s\n", &path,
               path.len == 0                      ? "there is nothing to fall back to"
               : last->trial == BTL_TRIAL_COUNTED ? ", as when its tries end without boot-ok"
                                                  : "");
    state_print_entry(out, arena, &next->entry);
}

void state_print(struct btl_out *out, const struct variables *variables,
                 const struct next_boot *next, const struct seal_view *seal)
{
    for (enum btl_variable which = 0; which < BTL_VARIABLES; which++) {
        state_print_record(out, variables, which);
        if (which == BTL_VARIABLE_FAILED)
            state_print_given_up(out, variables, next);
        if (which == BTL_VARIABLE_GOOD && next != NULL && variables->state.record[which].valid)
            state_print_moved(out, variables, next);
    }
    state_print_run(out, variables);
    state_print_running(out, variables);
    state_print_secure_boot(out, variables);
    if (next != NULL) {
        state_print_next(out, variables->host->arena, next);
        state_print_seal(out, variables, seal);
        state_print_pending(out, variables, next);
    } else
        btl_format(out, "next boot:   not known; name the boot volume with -C\n");
}

// ------------------------------------------------------------------------------------------- JSON

static void state_json_path(struct json *json, const char *name, struct btl_str path)
{
    if (path.len > 0)
        json_text(json, name, path);
    else
        json_null(json, name);
}

static void state_json_failed(struct json *json, const struct btl_record *record)
{
    char hash[BTL_SHA256_TEXT];
    json_word(json, "where", record->number == BTL_FAILED_IN_KERNEL ? "kernel" : "loader");
    json_text(json, "text", record->text);
    json_begin(json, "given_up", '[');
    for (uint32_t i = 0; i < record->given_up_count; i++)
        json_word(json, NULL, btl_sha256_text(record->given_up[i], hash));
    json_end(json, ']');
}

static void state_json_record(struct json *json, const char *name,
                              const struct variables *variables, enum btl_variable which)
{
    const struct btl_record *record = &variables->state.record[which];
    char hash[BTL_SHA256_TEXT];
    if (!record->valid) {
        json_null(json, name);
        return;
    }
    json_begin(json, name, '{');
    state_json_path(json, "path", record->path);
    if (which != BTL_VARIABLE_NEXT)
        json_word(json, "sha256", btl_sha256_text(record->sha256, hash));
    if (which == BTL_VARIABLE_TRIAL)
        json_number(json, "tries_left", record->number);
    if (which == BTL_VARIABLE_PENDING) {
        json_number(json, "tries", record->number);
        json_text(json, "text", record->text);
    }
    if (which == BTL_VARIABLE_FAILED)
        state_json_failed(json, record);
    json_end(json, '}');
}

static void state_json_entry(struct json *json, const struct boot_entry *entry)
{
    if (!entry->valid) {
        json_null(json, "entry");
        return;
    }
    json_begin(json, "entry", '{');
    json_word(json, "name", entry->name);
    json_text(json, "title", entry->title);
    json_text(json, "options", entry->options);
    json_number(json, "others", entry->others);
    json_end(json, '}');
}

static void state_json_next(struct json *json, const struct next_boot *next,
                            const struct seal_view *seal)
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
    state_json_path(json, "fallback", next->fallback);
    state_json_path(json, "good", next->good);
    json_begin(json, "given_up", '[');
    for (size_t i = 0; i + 1 < next->count; i++) {
        json_begin_line(json, NULL, '{');
        json_text(json, "path", next->tried[i].path);
        json_text(json, "reason", next->tried[i].reason);
        json_end(json, '}');
    }
    json_end(json, ']');
    state_json_entry(json, &next->entry);
    seal_view_json(json, seal);
    json_end(json, '}');
}

static void state_json_run(struct json *json, const struct variables *variables)
{
    struct btl_run run;
    if (!variables_run(variables, &run)) {
        json_null(json, "run");
        return;
    }
    struct run_counts counts = state_count_run(&run);
    json_begin(json, "run", '{');
    json_word(json, "end", btl_run_end_name(run.end));
    json_number(json, "loaded", counts.loaded);
    json_number(json, "failed", counts.failed);
    json_text(json, "log", run.text);
    json_end(json, '}');
}

static void state_json_running(struct json *json, const struct variables *variables)
{
    struct btl_running running;
    char hash[BTL_SHA256_TEXT];
    if (!variables_running(variables, &running)) {
        json_null(json, "running");
        return;
    }
    json_begin(json, "running", '{');
    json_text(json, "path", running.path);
    json_word(json, "sha256", btl_sha256_text(running.sha256, hash));
    json_word(json, "how", btlm_how_name(running.how));
    json_bool(json, "safe", (running.flags & BTLM_BOOT_SAFE) != 0);
    json_bool(json, "changed", (running.flags & BTLM_BOOT_CHANGED) != 0);
    json_bool(json, "good", (running.flags & BTLM_BOOT_GOOD) != 0);
    json_number(json, "tries", running.tries);
    json_number(json, "tries_left", running.tries_left);
    json_number(json, "timeout", running.timeout);
    json_number(json, "watchdog", running.watchdog);
    json_end(json, '}');
}

void state_json(struct btl_out *out, const struct variables *variables,
                const struct next_boot *next, const struct seal_view *seal)
{
    struct json json = {.out = out};
    json_begin(&json, NULL, '{');
    json_number(&json, "version", JSON_VERSION);
    json_word(&json, "source", variables->source);
    state_json_record(&json, "trial", variables, BTL_VARIABLE_TRIAL);
    state_json_record(&json, "good", variables, BTL_VARIABLE_GOOD);
    state_json_record(&json, "failed", variables, BTL_VARIABLE_FAILED);
    state_json_record(&json, "next", variables, BTL_VARIABLE_NEXT);
    state_json_record(&json, "pending", variables, BTL_VARIABLE_PENDING);
    state_json_run(&json, variables);
    state_json_running(&json, variables);
    state_json_secure_boot(&json, variables);
    if (next != NULL)
        state_json_next(&json, next, seal);
    else
        json_null(&json, "next_boot");
    json_end(&json, '}');
    btl_format(out, "\n");
}
