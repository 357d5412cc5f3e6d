// SPDX-License-Identifier: BSD-2-Clause
// The beginning of an attempt, and the choice after one that failed.
#include "boot.h"

#include <btl/mem.h>

#define KEY_SECONDS 60

void attempt_begin(struct boot *boot)
{
    struct pages pages = boot->res.pages;
    image_undo(boot);
    pages_free_all(&pages);
    files_unstage(boot);
    reader_close(boot);
    btl_attempt_begin(&boot->attempt, &boot->core, &boot->res.arena, &boot->res.diags);
    boot->res = (struct attempt_resources){
        .pages = pages,
        .diags = {.arena = &boot->res.arena},
        .save_path = boot->options.save,
    };
    pages_arena(&boot->res.pages, &boot->res.arena);
    boot->res.arena.seed = boot->arena.seed;
    timeline_next_attempt(&boot->timeline);
    progress_begin(boot);
}

// Say that the boot failed and wait for a key. True: a key was pressed, and there can be a menu.
static bool wait_for_person(struct boot *boot)
{
    struct firmware *fw = boot->fw;
    const char *otherwise = boot->attempt.stop_resets ? "resets" : "returns to the firmware";
    fw->forget_keys(fw);
    if (boot->set_up)
        log_line(&boot->log, BTL_LOG_ERROR,
                 "cannot boot (errors: %u). Press a key for the menu, or the machine %s in %u s",
                 errors_shown(boot), otherwise, KEY_SECONDS);
    else
        log_line(&boot->log, BTL_LOG_ERROR,
                 "cannot boot (errors: %u). Press a key to return to the firmware (%u s)",
                 errors_shown(boot), KEY_SECONDS);
    uint32_t event = event_begin(&boot->timeline, BTLM_EVENT_COUNTDOWN, BTL_NONE);
    boot->menu.opened_by = watchdog_wait_key(fw, 1000 * KEY_SECONDS);
    event_end(&boot->timeline, event, 0);
    return boot->menu.opened_by != 0 && boot->set_up;
}

static bool menu_after_failure(struct boot *boot)
{
    if (menu_run(boot, false) == MENU_AGAIN)
        return true;
    boot->status = FW_ABORTED;
    return false;
}

// Show all reasons and wait for a person; otherwise reset or return to the firmware.
static bool stop_boot(struct boot *boot)
{
    log_release(&boot->log, boot->log.shown);
    if (boot->attempt.diags->lost > 0)
        log_line(&boot->log, BTL_LOG_ERROR, "errors not shown, out of memory: %u",
                 boot->attempt.diags->lost);
    if (wait_for_person(boot))
        return menu_after_failure(boot);
    if (boot->attempt.stop_resets)
        boot->fw->reset(boot->fw, FW_RESET_COLD);
    return false;
}

// Was the name of a file that cannot be read typed in the shell? A boot entry's gives way to a
// fallback, because no person may be present.
static bool typed_file_is_missing(const struct boot *boot)
{
    return boot->facts.options_name_program && boot->core.choice.how == BTLM_HOW_OPTION &&
           boot->attempt.config_file == NULL;
}

// Print the result of a dry run that failed.
static bool stop_dry_run(struct boot *boot)
{
    log_release(&boot->log, boot->log.shown);
    if (boot->attempt.diags->lost > 0)
        console_print(&boot->log.console, "errors not shown, out of memory: %u",
                      boot->attempt.diags->lost);
    console_print(&boot->log.console, "dry run: this would not boot (errors: %u)",
                  errors_shown(boot));
    if (boot->attempt.fallback.valid && !typed_file_is_missing(boot))
        console_print(&boot->log.console, "a boot would go on with %pS instead",
                      &boot->attempt.fallback.path);
    return false;
}

// Choose the next attempt. False: there is none.
static bool choose_next(struct boot *boot)
{
    if (boot->res.outcome != OUTCOME_FAILED)
        return boot->res.outcome == OUTCOME_AGAIN;
    boot->decided = false;
    if (pending_failed(boot))
        return true;
    boot->status = FW_LOAD_ERROR;
    if (boot->half_shut_down)
        return false;
    if (boot->options.dry_run)
        return stop_dry_run(boot);
    manifest_save_failed(boot);
    if (boot->core.attended && boot->set_up)
        return menu_after_failure(boot);
    if (boot->set_up && typed_file_is_missing(boot))
        return options_refuse(boot);
    if (boot->set_up)
        state_failed(boot);
    return (btl_attempt_falls_back(&boot->attempt) &&
            btl_attempt_activate_fallback(&boot->attempt, &boot->arena)) ||
           stop_boot(boot);
}

bool attempt_next(struct boot *boot)
{
    uint64_t start = clock_now(&boot->clock);
    progress_end(boot);
    running_forget(boot);
    interface_forget(boot);
    hardware_disarm(boot);
    if (!choose_next(boot))
        return false;
    boot->status = FW_SUCCESS;
    if (boot->res.image.returned)
        files_free(boot); // the program may have changed files
    attempt_begin(boot);
    event_end(&boot->timeline, event_begin_at(&boot->timeline, BTLM_EVENT_NEXT, BTL_NONE, start),
              0);
    return true;
}

fw_status attempt_end(struct boot *boot)
{
    fw_status status = boot->status;
    volume_close(boot);
    if (!boot->half_shut_down) // else the watchdog stays armed
        watchdog_off(boot->fw);
    image_undo(boot);
    pages_free_all(&boot->res.pages);
    pages_free_all(&boot->files.pages);
    pages_free_all(&boot->pages);
    return status;
}
