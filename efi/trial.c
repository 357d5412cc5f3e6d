// SPDX-License-Identifier: BSD-2-Clause
// The step that counts a try of a configuration on trial.
#include "boot.h"

#include <btl/mem.h>

#define TRIAL_TIMEOUT 60 // seconds; boot_timeout overrides it

// Report that BtlTrial cannot be written. False: fall back, because an uncounted trial might never
// end.
static bool trial_report_uncounted(struct boot *boot)
{
    bool falls_back = btl_attempt_falls_back(&boot->attempt);
    btl_report(boot->attempt.diags, falls_back ? BTL_BOOT_TRIAL_UNCOUNTED : BTL_BOOT_TRIAL_PLAIN,
               (struct btl_place){.file = boot->core.choice.path});
    return !falls_back;
}

static void trial_log_count(struct boot *boot)
{
    boot->res.counted = true;
    boot->attempt.tries_left = boot->core.counted_try.tries_left;
    log_line(&boot->log, BTL_LOG_INFO, "on trial: %u of %u tries are left after this one",
             boot->attempt.tries_left, boot->attempt.config.boot_tries);
}

static bool trial_write_count(struct boot *boot)
{
    struct btl_record record = {
        .valid = true, .number = boot->attempt.tries_left, .path = boot->core.choice.path};
    memcpy(record.sha256, boot->attempt.config_file->sha256, sizeof(record.sha256));
    if (!state_write(boot, BTL_VARIABLE_TRIAL, &record))
        return trial_report_uncounted(boot);
    boot->core.counted_try =
        (struct btl_counted_try){.valid = true, .tries_left = boot->attempt.tries_left};
    memcpy(boot->core.counted_try.sha256, record.sha256, sizeof(record.sha256));
    trial_log_count(boot);
    return true;
}

bool trial_count(struct boot *boot)
{
    // A changed configuration of the same name does not outdate records.
    if (btl_attempt_is_unchanged(&boot->attempt))
        state_tidy(boot);
    if (boot->attempt.trial != BTL_TRIAL_COUNTED || boot->options.dry_run || boot->preview)
        return true;
    // Keep BtlTrial for the requested configuration: otherwise it would get new tries at the next
    // boot.
    if (boot->core.choice.how == BTLM_HOW_FALLBACK)
        return true;
    if (btl_attempt_is_counted(&boot->attempt)) {
        trial_log_count(boot);
        return true;
    }
    if (boot->written[BTL_VARIABLE_TRIAL]) { // for another configuration, which then failed
        log_line(&boot->log, BTL_LOG_NOTE, "this try is not counted: a boot counts only one try");
        return true;
    }
    return trial_write_count(boot);
}

void trial_describe(const struct boot *boot, struct btlm_boot *record)
{
    bool can_fall_back = boot->attempt.fallback.valid && btl_attempt_is_unchanged(&boot->attempt);
    const struct btl_config *config = &boot->attempt.config;
    record->flags = (boot->core.choice.safe ? BTLM_BOOT_SAFE : 0) |
                    (boot->core.choice.changes.len > 0 ? BTLM_BOOT_CHANGED : 0) |
                    (boot->res.counted ? BTLM_BOOT_TRIAL : 0) |
                    (boot->attempt.trial == BTL_TRIAL_GOOD ? BTLM_BOOT_GOOD : 0) |
                    (can_fall_back ? BTLM_BOOT_FALLBACK : 0) |
                    (boot->res.save_path.len > 0 ? BTLM_BOOT_SAVED : 0) |
                    (boot->pending.applied ? BTLM_BOOT_APPLIED : 0) |
                    (boot->attempt.sealed.strict ? BTLM_BOOT_SEALED : 0) |
                    (boot->attempt.aslr.on ? BTLM_BOOT_ASLR : 0);
    if (boot->res.counted) {
        record->tries = config->boot_tries;
        record->tries_left = boot->attempt.tries_left;
    }
    record->timeout = config->boot_timeout_given ? config->boot_timeout
                      : boot->res.counted        ? TRIAL_TIMEOUT
                                                 : 0;
    hardware_describe(boot, record);
}
