// SPDX-License-Identifier: BSD-2-Clause
// Configurations on trial: each boot of one is counted before the kernel has the machine.
#include "boot.h"

#include <btl/mem.h>

#define TRIAL_TIMEOUT 60 // seconds, unless boot_timeout says something else

// Only the configuration as it lies on the volume can prove itself.
static bool is_unchanged(const struct boot *boot)
{
    return boot->attempt.config_file != NULL && boot->core.choice.changes.len == 0 &&
           !boot->core.choice.safe;
}

static struct btl_place place_of(const struct boot *boot)
{
    return (struct btl_place){.file = boot->core.choice.path};
}

// This boot has counted its try of this configuration, and somebody boots it once more. (BtlTrial
// may have been read again since: then it has the count.)
static bool is_counted(const struct boot *boot)
{
    const struct btl_counted_try *counted = &boot->core.counted_try;
    return counted->valid &&
           memcmp(counted->sha256, boot->attempt.config_file->sha256, sizeof(counted->sha256)) == 0;
}

// What the kernel said when it gave this configuration up, unless another one has failed since.
static struct btl_str verdict(const struct boot *boot)
{
    const struct btl_record *failed = &boot->core.state.record[BTL_VARIABLE_FAILED];
    return btl_record_names(failed, boot->attempt.config_file->sha256)
               ? state_failed_line(boot)
               : BTL_STR("another configuration has failed since, and its messages are kept");
}

bool trial_judge(struct boot *boot)
{
    uint32_t tries = boot->attempt.config.boot_tries;
    if (!is_unchanged(boot))
        return true;
    boot->attempt.trial = btl_boot_trial(&boot->core.state, boot->attempt.config_file->sha256,
                                         tries, &boot->attempt.tries_left);
    if (is_counted(boot) && boot->attempt.trial == BTL_TRIAL_USED_UP)
        boot->attempt.trial = BTL_TRIAL_COUNTED;
    bool used_up = boot->attempt.trial == BTL_TRIAL_USED_UP;
    if ((!used_up && boot->attempt.trial != BTL_TRIAL_FAILED) || boot->core.attended)
        return true;
    if (!boot->attempt.fallback.valid) {
        btl_report(boot->attempt.diags, BTL_BOOT_NO_FALLBACK, place_of(boot),
                   BTL_ARG_Z(used_up ? "each of its tries was used without boot-ok"
                                     : "the kernel has given it up"));
        return true;
    }
    if (used_up)
        btl_report(boot->attempt.diags, BTL_BOOT_TRIAL_USED_UP, place_of(boot), BTL_DEC(tries));
    else
        btl_report(boot->attempt.diags, BTL_BOOT_TRIAL_FAILED, place_of(boot),
                   BTL_ARG(verdict(boot)));
    return false;
}

// A trial that cannot be counted might never end.
static bool uncounted(struct boot *boot)
{
    bool falls_back = attempt_falls_back(boot);
    btl_report(boot->attempt.diags, falls_back ? BTL_BOOT_TRIAL_UNCOUNTED : BTL_BOOT_TRIAL_PLAIN,
               place_of(boot));
    return !falls_back;
}

static void say_counted(struct boot *boot)
{
    boot->res.counted = true;
    boot->attempt.tries_left = boot->core.counted_try.tries_left;
    log_line(&boot->log, BTL_LOG_INFO, "on trial: %u of %u tries are left after this one",
             boot->attempt.tries_left, boot->attempt.config.boot_tries);
}

static bool count(struct boot *boot)
{
    struct btl_record record = {
        .there = true, .number = boot->attempt.tries_left, .path = boot->core.choice.path};
    memcpy(record.sha256, boot->attempt.config_file->sha256, sizeof(record.sha256));
    if (!state_write(boot, BTL_VARIABLE_TRIAL, &record))
        return uncounted(boot);
    boot->core.counted_try =
        (struct btl_counted_try){.valid = true, .tries_left = boot->attempt.tries_left};
    memcpy(boot->core.counted_try.sha256, record.sha256, sizeof(record.sha256));
    say_counted(boot);
    return true;
}

bool trial_count(struct boot *boot)
{
    // What is said about a configuration is not over because something else of its name boots.
    if (is_unchanged(boot))
        state_tidy(boot);
    if (boot->attempt.trial != BTL_TRIAL_COUNTED || boot->options.dry_run || boot->preview)
        return true;
    // BtlTrial goes on saying that the wanted one has used its tries up: else it had them again
    // next time.
    if (boot->core.choice.how == BTLM_HOW_FALLBACK)
        return true;
    if (is_counted(boot)) {
        say_counted(boot);
        return true;
    }
    if (boot->written[BTL_VARIABLE_TRIAL]) { // for another configuration, which failed after that
        log_line(&boot->log, BTL_LOG_NOTE, "this try is not counted: one boot counts one try");
        return true;
    }
    return count(boot);
}

void trial_describe(const struct boot *boot, struct btlm_boot *record)
{
    bool can_fall_back = boot->attempt.fallback.valid && is_unchanged(boot);
    const struct btl_config *config = &boot->attempt.config;
    record->flags = (boot->core.choice.safe ? BTLM_BOOT_SAFE : 0) |
                    (boot->core.choice.changes.len > 0 ? BTLM_BOOT_CHANGED : 0) |
                    (boot->res.counted ? BTLM_BOOT_TRIAL : 0) |
                    (boot->attempt.trial == BTL_TRIAL_GOOD ? BTLM_BOOT_GOOD : 0) |
                    (can_fall_back ? BTLM_BOOT_FALLBACK : 0);
    if (boot->res.counted) {
        record->tries = config->boot_tries;
        record->tries_left = boot->attempt.tries_left;
    }
    record->timeout = config->boot_timeout_given ? config->boot_timeout
                      : boot->res.counted        ? TRIAL_TIMEOUT
                                                 : 0;
}
