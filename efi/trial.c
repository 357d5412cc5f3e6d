// SPDX-License-Identifier: BSD-2-Clause
// Configurations on trial: each boot of one is counted before the kernel has the machine.
#include "loader.h"

#include <btl/mem.h>

#define TRIAL_TIMEOUT 60 // seconds, unless boot_timeout says something else

// Only the configuration as it lies on the volume can prove itself.
static bool is_unchanged(const struct loader *loader)
{
    return loader->config_file != NULL && loader->choice.changes.len == 0 && !loader->choice.safe;
}

static struct btl_place place_of(const struct loader *loader)
{
    return (struct btl_place){.file = loader->choice.path};
}

// This boot has counted its try of this configuration, and somebody boots it once more. (BtlTrial
// may have been read again since: then it has the count.)
static bool is_counted(const struct loader *loader)
{
    const struct counted_try *counted = &loader->counted_try;
    return counted->there &&
           memcmp(counted->sha256, loader->config_file->sha256, sizeof(counted->sha256)) == 0;
}

// What the kernel said when it gave this configuration up, unless another one has failed since.
static struct btl_str verdict(const struct loader *loader)
{
    const struct btl_record *failed = &loader->state.record[BTL_VARIABLE_FAILED];
    return btl_record_names(failed, loader->config_file->sha256)
               ? state_failed_line(loader)
               : BTL_STR("another configuration has failed since, and its messages are kept");
}

bool trial_judge(struct loader *loader)
{
    uint32_t tries = loader->config.boot_tries;
    if (!is_unchanged(loader))
        return true;
    loader->trial =
        btl_boot_trial(&loader->state, loader->config_file->sha256, tries, &loader->tries_left);
    if (is_counted(loader) && loader->trial == BTL_TRIAL_USED_UP)
        loader->trial = BTL_TRIAL_COUNTED;
    bool used_up = loader->trial == BTL_TRIAL_USED_UP;
    if ((!used_up && loader->trial != BTL_TRIAL_FAILED) || loader->in_menu)
        return true;
    if (!loader->fallback.there) {
        btl_report(&loader->diags, BTL_BOOT_NO_FALLBACK, place_of(loader),
                   BTL_ARG_Z(used_up ? "each of its tries was used, and nobody said boot-ok"
                                     : "the kernel has given it up"));
        return true;
    }
    if (used_up)
        btl_report(&loader->diags, BTL_BOOT_TRIAL_USED_UP, place_of(loader), BTL_DEC(tries));
    else
        btl_report(&loader->diags, BTL_BOOT_TRIAL_FAILED, place_of(loader),
                   BTL_ARG(verdict(loader)));
    return false;
}

// A trial that cannot be counted might never end.
static bool uncounted(struct loader *loader)
{
    bool falls_back = attempt_falls_back(loader);
    btl_report(&loader->diags, falls_back ? BTL_BOOT_TRIAL_UNCOUNTED : BTL_BOOT_TRIAL_PLAIN,
               place_of(loader));
    return !falls_back;
}

static void say_counted(struct loader *loader)
{
    loader->counted = true;
    loader->tries_left = loader->counted_try.tries_left;
    log_line(&loader->log, BTL_LOG_INFO, "on trial: %u of %u tries are left after this one",
             loader->tries_left, loader->config.boot_tries);
}

static bool count(struct loader *loader)
{
    struct btl_record record = {
        .there = true, .number = loader->tries_left, .path = loader->choice.path};
    memcpy(record.sha256, loader->config_file->sha256, sizeof(record.sha256));
    if (!state_write(loader, BTL_VARIABLE_TRIAL, &record))
        return uncounted(loader);
    loader->counted_try = (struct counted_try){.there = true, .tries_left = loader->tries_left};
    memcpy(loader->counted_try.sha256, record.sha256, sizeof(record.sha256));
    say_counted(loader);
    return true;
}

bool trial_count(struct loader *loader)
{
    // What is said about a configuration is not over because something else of its name boots.
    if (is_unchanged(loader))
        state_tidy(loader);
    if (loader->trial != BTL_TRIAL_COUNTED || loader->options.dry_run || loader->preview)
        return true;
    // BtlTrial goes on saying that the wanted one has used its tries up: else it had them again
    // next time.
    if (loader->choice.how == BTLM_HOW_FALLBACK)
        return true;
    if (is_counted(loader)) {
        say_counted(loader);
        return true;
    }
    if (loader->written[BTL_VARIABLE_TRIAL]) { // for another configuration, which failed after that
        log_line(&loader->log, BTL_LOG_NOTE, "this try is not counted: one boot counts one try");
        return true;
    }
    return count(loader);
}

void trial_describe(const struct loader *loader, struct btlm_boot *boot)
{
    bool can_fall_back = loader->fallback.there && is_unchanged(loader);
    const struct btl_config *config = &loader->config;
    boot->flags = (loader->choice.safe ? BTLM_BOOT_SAFE : 0) |
                  (loader->choice.changes.len > 0 ? BTLM_BOOT_CHANGED : 0) |
                  (loader->counted ? BTLM_BOOT_TRIAL : 0) |
                  (loader->trial == BTL_TRIAL_GOOD ? BTLM_BOOT_GOOD : 0) |
                  (can_fall_back ? BTLM_BOOT_FALLBACK : 0);
    if (loader->counted) {
        boot->tries = config->boot_tries;
        boot->tries_left = loader->tries_left;
    }
    boot->timeout = config->boot_timeout_given ? config->boot_timeout
                    : loader->counted          ? TRIAL_TIMEOUT
                                               : 0;
}
