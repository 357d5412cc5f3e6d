// SPDX-License-Identifier: BSD-2-Clause
// Between plan and boot: the countdown, the menu, the last lines of the log.
#include "boot.h"

// Will this attempt fail anyway? Then there is no countdown.
static bool attempt_will_fail(const struct boot *boot)
{
    uint32_t ignored;
    return btl_plan_action(&boot->attempt.plan, btl_attempt_falls_back(&boot->attempt), &ignored) >=
           BTL_FALL_BACK;
}

#define COUNTDOWN "starting in %u s; a key opens the menu"

// Count down in the status line of the console; the log gets one line. Return the key
// that was pressed; 0: none.
static fw_key show_countdown(struct boot *boot, uint32_t seconds)
{
    char text[64];
    fw_key key = 0;
    log_only(&boot->log, BTL_LOG_INFO, COUNTDOWN, seconds);
    for (; seconds > 0 && key == 0; seconds--) {
        btl_format_to(text, sizeof(text), COUNTDOWN, seconds);
        status_line(&boot->log.console, btl_str_of(text));
        key = watchdog_wait_key(boot->fw, 1000);
    }
    status_line(&boot->log.console, BTL_STR(""));
    return key;
}

static fw_key log_countdown(struct boot *boot, uint32_t seconds)
{
    log_line(&boot->log, BTL_LOG_INFO, COUNTDOWN, seconds);
    return watchdog_wait_key(boot->fw, 1000 * seconds);
}

// Without a delay, a key typed earlier opens the menu; with a delay, only a key typed during it.
static fw_key count_down(struct boot *boot)
{
    struct firmware *fw = boot->fw;
    uint32_t seconds = boot->attempt.config.autoboot_delay;
    if (boot->counted_down)
        return fw->wait_key(fw, 0);
    boot->counted_down = true;
    if (seconds == 0)
        return fw->wait_key(fw, 0);
    bool ticks = boot->log.shown >= LOG_NORMAL && terminal_of(boot) != FW_TERMINAL_SILENT;
    fw->forget_keys(fw);
    uint32_t event = event_begin(&boot->timeline, BTLM_EVENT_COUNTDOWN, BTL_NONE);
    fw_key key = ticks ? show_countdown(boot, seconds) : log_countdown(boot, seconds);
    event_end(&boot->timeline, event, 0);
    return key;
}

static bool menu_before_boot(struct boot *boot)
{
    enum menu_result result = menu_run(boot, true);
    if (result == MENU_BOOT)
        return true;
    boot->res.outcome = result == MENU_AGAIN ? OUTCOME_AGAIN : OUTCOME_DONE;
    if (result == MENU_LEAVE)
        boot->status = FW_ABORTED;
    return false;
}

bool autoboot_wait(struct boot *boot)
{
    progress_end(boot);
    say_diags(boot); // show everything before the countdown
    if (boot->options.dry_run || boot->preview)
        return true;
    bool decided = boot->decided;
    boot->decided = false;
    if (decided)
        return true;
    if (boot->core.attended)
        return menu_before_boot(boot);
    if (attempt_will_fail(boot))
        return true;
    boot->menu.opened_by = count_down(boot);
    if (boot->menu.opened_by == 0)
        return true;
    boot->menu.times_out = true; // the key may be line noise
    return menu_before_boot(boot);
}

// Close the volume: all files are read. The kernel's copy of the log ends with these lines.
bool files_close(struct boot *boot)
{
    volume_close(boot);
    if (boot->res.save_path.len > 0)
        log_line(&boot->log, BTL_LOG_INFO, "saving the manifest to %pS", &boot->res.save_path);
    log_line(&boot->log, BTL_LOG_INFO, "%s %pS after %lu us (errors: %u, warnings: %u)",
             boot->options.dry_run ? "dry run: would start" : "starting",
             &boot->attempt.config.kernel, clock_now(&boot->clock) / 1000, errors_shown(boot),
             boot->attempt.diags->warnings);
    return true;
}
