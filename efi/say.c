// SPDX-License-Identifier: BSD-2-Clause
// What the steps have found wrong, on the console and in the log.
#include "boot.h"

uint32_t errors_shown(const struct boot *boot)
{
    return boot->attempt.diags->errors - boot->res.hidden_errors;
}

// Errors have a limit of their own: many notes do not hide one.
struct limits {
    uint32_t errors, others; // that may be shown
};

static bool within(struct limits *limits, const struct btl_diag *diag)
{
    uint32_t *count =
        btl_code_severity(diag->code) == BTL_ERROR ? &limits->errors : &limits->others;
    return ++*count <= LOG_DIAGS_SHOWN;
}

static uint32_t beyond(uint32_t count)
{
    return count > LOG_DIAGS_SHOWN ? count - LOG_DIAGS_SHOWN : 0;
}

static const struct btl_diag *diag_after(const struct boot *boot, const struct btl_diag *diag)
{
    return diag != NULL ? diag->next : boot->attempt.diags->first;
}

// The log has them; they were hidden when they came.
static void say_uncovered(struct boot *boot, struct limits *limits)
{
    const struct btl_diag *end = diag_after(boot, boot->res.last_printed);
    const struct btl_diag *diag = diag_after(boot, boot->res.ignored.before);
    for (; diag != end; diag = diag->next) {
        if (!is_uncovered(boot, diag))
            continue;
        boot->res.hidden_errors--;
        log_release(&boot->log, boot->log.shown);
        if (within(limits, diag))
            console_print_diag(&boot->log.console, diag);
    }
    ignored_shown(boot);
}

static void say(struct boot *boot, const struct btl_diag *diag, struct limits *limits)
{
    bool hidden = is_hidden(boot, diag);
    if (!hidden) // something is wrong: that ends the keeping back
        log_release(&boot->log, boot->log.shown);
    bool wanted = !hidden && log_level_of(diag) <= boot->log.shown;
    boot->res.hidden_errors += hidden;
    log_diag(&boot->log, diag, wanted && within(limits, diag));
    boot->res.last_printed = diag;
}

void say_diags(struct boot *boot)
{
    const struct btl_diag *diag = diag_after(boot, boot->res.last_printed);
    struct limits limits = {0};
    if (diag != NULL && ignored_uncover(boot))
        say_uncovered(boot, &limits);
    for (; diag != NULL; diag = diag->next)
        say(boot, diag, &limits);
    uint32_t more = beyond(limits.errors) + beyond(limits.others);
    if (more > 0)
        log_line(&boot->log, BTL_LOG_WARN, "... and %u more, in the log and in the manifest", more);
}
