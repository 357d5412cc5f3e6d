// SPDX-License-Identifier: BSD-2-Clause
// The loader's choice (docs/boot-state.md), without booting: its steps up to the trial.
#include "next_boot.h"

#include <string.h>

#include "boot.h"
#include "variables/secure_boot.h"

// Return the reason for booting another configuration; empty: none.
static struct btl_str configuration_refusal(const struct btl_attempt *attempt)
{
    if (attempt->config_file == NULL)
        return BTL_STR("it cannot be read");
    if (attempt->boot->trust.enforced && !attempt->sealed.fits)
        return attempt->sealed.absent ? BTL_STR("it has no seal, and seals are enforced")
                                      : BTL_STR("its seal does not fit, and seals are enforced");
    if (attempt->trial == BTL_TRIAL_USED_UP)
        return memory_text(attempt->arena, "its tries are used up, all %u",
                           attempt->config.boot_tries);
    if (attempt->trial == BTL_TRIAL_FAILED)
        return BTL_STR("the kernel has given it up");
    return attempt->config_good ? BTL_STR("") : BTL_STR("it has errors");
}

// Run the first steps of an attempt. False: the loader continues with the fallback. Diagnostics are
// dropped: btl state shows `reason`.
static bool configuration_judge(struct boot *boot, struct configuration *ret)
{
    struct btl_attempt *attempt = &boot->attempt;
    boot_attempt_begin(boot, &volume_driver, boot);
    struct btl_diags dropped = {.arena = attempt->arena};
    attempt->diags = &dropped;
    bool boots = btl_attempt_configure(attempt);
    boots &= btl_attempt_judge_trial(attempt); // its trial is shown in any case
    *ret = (struct configuration){
        .path = boot->core.choice.path,
        .readable = attempt->config_file != NULL,
        .good = attempt->config_good,
        .tries = attempt->config.boot_tries,
        .trial = attempt->trial,
        .tries_left = attempt->tries_left,
        .reason = configuration_refusal(attempt),
    };
    ret->tries_left += ret->trial == BTL_TRIAL_COUNTED; // this boot uses one
    if (ret->readable)
        memcpy(ret->sha256, attempt->config_file->sha256, sizeof(ret->sha256));
    attempt->diags = &boot->host->diags;
    return boots;
}

void configuration_read(struct boot *boot, const struct btl_boot_state *state,
                        struct configuration *ret)
{
    boot->core.state = *state;
    boot->core.choice.path = boot->path;
    configuration_judge(boot, ret);
}

// Find the configurations of the volume that have the text of a record.
static void next_boot_find_texts(struct boot *boot, const struct btl_boot_state *state,
                                 struct next_boot *next)
{
    const struct btl_record *failed = &state->record[BTL_VARIABLE_FAILED];
    const struct btl_record *good = &state->record[BTL_VARIABLE_GOOD];
    const struct btl_boot_volume seen = btl_boot_view(&boot->core);
    struct btl_str *paths;
    uint8_t sha256[32];
    size_t count = failed->given_up_count > 0 || good->valid ? seen.list(seen.owner, &paths) : 0;
    if (good->valid && seen.hash(seen.owner, good->path, sha256) && btl_record_names(good, sha256))
        next->good = good->path;
    for (size_t i = 0; i < count; i++) {
        bool read = seen.hash(seen.owner, paths[i], sha256);
        if (read && good->valid && next->good.len == 0 && btl_record_names(good, sha256))
            next->good = paths[i];
        for (uint32_t k = 0; read && k < failed->given_up_count; k++) {
            if (next->given_up[k].len == 0 && memcmp(failed->given_up[k], sha256, 32) == 0)
                next->given_up[k] = paths[i];
        }
    }
}

void next_boot(struct boot *boot, struct variables *variables, struct next_boot *ret_next)
{
    struct btl_arena *arena = boot->host->arena;
    struct btl_choice *choice = &boot->core.choice;
    struct btl_diags dropped = {.arena = arena}; // boot_driver_delete_next() cannot fail
    *ret_next = (struct next_boot){.count = 0};
    boot->sees_seal = secure_boot_of(variables) == SECURE_BOOT_ENFORCED;
    boot->core.trust = (struct btl_trust){.enforced = boot->sees_seal};
    secure_boot_level(variables, &boot->core.trust.level);
    boot_entry_find(variables, &boot->volume, &ret_next->entry);
    boot->core.state = variables->state;
    boot_attempt_begin(boot, &volume_driver, boot);
    btl_boot_choose(&boot->core, ret_next->entry.config, false, &dropped);
    ret_next->once = choice->how == BTLM_HOW_ONE_SHOT;
    ret_next->asked = choice->how == BTLM_HOW_OPTION;
    for (;;) {
        struct configuration *last = &ret_next->tried[ret_next->count++];
        bool boots = configuration_judge(boot, last);
        if (choice->how == BTLM_HOW_FALLBACK && last->trial == BTL_TRIAL_COUNTED)
            last->trial = BTL_TRIAL_NONE; // no try of a fallback is counted
        if (boots || !btl_attempt_falls_back(&boot->attempt) ||
            !btl_attempt_activate_fallback(&boot->attempt, arena))
            break;
    }
    ret_next->fallback = boot->attempt.fallback.path;
    next_boot_find_texts(boot, &variables->state, ret_next);
}
