// SPDX-License-Identifier: BSD-2-Clause
// The step that judges a configuration on trial.
#include "attempt_private.h"

#include <btl/mem.h>

bool btl_attempt_is_unchanged(const struct btl_attempt *attempt)
{
    const struct btl_choice *choice = &attempt->boot->choice;
    return attempt->config_file != NULL && choice->changes.len == 0 && !choice->safe;
}

bool btl_attempt_is_counted(const struct btl_attempt *attempt)
{
    const struct btl_counted_try *counted = &attempt->boot->counted_try;
    return counted->valid && attempt->config_file != NULL &&
           memcmp(counted->sha256, attempt->config_file->sha256, sizeof(counted->sha256)) == 0;
}

struct btl_str btl_boot_failed_line(const struct btl_boot_state *state)
{
    struct btl_str text = state->record[BTL_VARIABLE_FAILED].text;
    while (text.len > 0 && text.at[text.len - 1] == '\n')
        text.len--;
    size_t newline = btl_str_find_last(text, '\n');
    return newline == text.len ? text : btl_str_after(text, newline + 1);
}

// Return the kernel's last message about this configuration.
static struct btl_str kernel_verdict(const struct btl_attempt *attempt)
{
    const struct btl_boot_state *state = &attempt->boot->state;
    return btl_record_names(&state->record[BTL_VARIABLE_FAILED], attempt->config_file->sha256)
               ? btl_boot_failed_line(state)
               : BTL_STR("another configuration has failed since, and its messages are kept");
}

bool btl_attempt_judge_trial(struct btl_attempt *attempt)
{
    const struct btl_boot *boot = attempt->boot;
    struct btl_place place = {.file = attempt->config.file};
    uint32_t tries = attempt->config.boot_tries;
    if (!btl_attempt_is_unchanged(attempt))
        return true;
    attempt->trial =
        btl_boot_trial(&boot->state, attempt->config_file->sha256, tries, &attempt->tries_left);
    // A try that this boot has counted already is not used up: BtlTrial may have been read again
    // since.
    if (attempt->trial == BTL_TRIAL_USED_UP && btl_attempt_is_counted(attempt))
        attempt->trial = BTL_TRIAL_COUNTED;
    bool used_up = attempt->trial == BTL_TRIAL_USED_UP;
    if ((!used_up && attempt->trial != BTL_TRIAL_FAILED) || boot->attended)
        return true;
    if (!attempt->fallback.valid) {
        btl_report(attempt->diags, BTL_BOOT_NO_FALLBACK, place,
                   BTL_ARG_Z(used_up ? "each of its tries was used without boot-ok"
                                     : "the kernel has given it up"));
        return true;
    }
    if (used_up)
        btl_report(attempt->diags, BTL_BOOT_TRIAL_USED_UP, place, BTL_DEC(tries));
    else
        btl_report(attempt->diags, BTL_BOOT_TRIAL_FAILED, place, BTL_ARG(kernel_verdict(attempt)));
    return false;
}
