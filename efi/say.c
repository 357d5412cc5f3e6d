// SPDX-License-Identifier: BSD-2-Clause
// What the steps have found wrong, on the console and in the log.
#include "loader.h"

uint32_t errors_shown(const struct loader *loader)
{
    return loader->diags.errors - loader->hidden_errors;
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

static const struct btl_diag *behind(const struct loader *loader, const struct btl_diag *diag)
{
    return diag != NULL ? diag->next : loader->diags.first;
}

// The log has them; they were hidden when they came.
static void say_uncovered(struct loader *loader, struct limits *limits)
{
    const struct btl_diag *end = behind(loader, loader->said);
    const struct btl_diag *diag = behind(loader, loader->ignored.before);
    for (; diag != end; diag = diag->next) {
        if (!is_uncovered(loader, diag))
            continue;
        loader->hidden_errors--;
        log_show(&loader->log, loader->log.shown);
        if (within(limits, diag))
            log_diag_late(&loader->log, diag);
    }
    ignored_shown(loader);
}

static void say(struct loader *loader, const struct btl_diag *diag, struct limits *limits)
{
    bool hidden = is_hidden(loader, diag);
    if (!hidden) // something is wrong: that ends the keeping back
        log_show(&loader->log, loader->log.shown);
    bool wanted = !hidden && log_level_of(diag) <= loader->log.shown;
    loader->hidden_errors += hidden;
    log_diag(&loader->log, diag, wanted && within(limits, diag));
    loader->said = diag;
}

void say_diags(struct loader *loader)
{
    const struct btl_diag *diag = behind(loader, loader->said);
    struct limits limits = {0};
    if (diag != NULL && ignored_uncover(loader))
        say_uncovered(loader, &limits);
    for (; diag != NULL; diag = diag->next)
        say(loader, diag, &limits);
    uint32_t more = beyond(limits.errors) + beyond(limits.others);
    if (more > 0)
        log_line(&loader->log, BTL_LOG_WARN, "... and %u more, in the log and in the manifest",
                 more);
}
