// SPDX-License-Identifier: BSD-2-Clause
// What lies between plan and boot: a human who may want the menu, and the last lines of the log.
#include "loader.h"

// Is it settled that this attempt ends here? Then nobody is asked to wait for it.
static bool will_fail(const struct loader *loader)
{
    uint32_t ignored;
    return btl_plan_action(&loader->plan, attempt_falls_back(loader), &ignored) >= BTL_FALL_BACK;
}

#define COUNTDOWN "starting in %u s; a key opens the menu"

// The log has one line of it, and the console one that is written anew and then goes away.
static bool tick(struct loader *loader, uint32_t seconds)
{
    char text[64];
    bool key = false;
    log_keep(&loader->log, BTL_LOG_INFO, COUNTDOWN, seconds);
    for (; seconds > 0 && !key; seconds--) {
        btl_format_to(text, sizeof(text), COUNTDOWN, seconds);
        log_passing(&loader->log, btl_str_of(text));
        key = watchdog_wait_key(loader->fw, 1000) != 0;
    }
    log_passing(&loader->log, (struct btl_str){NULL, 0});
    return key;
}

// A key that was typed before counts where there is no delay; in a delay only one that answers it.
static bool count_down(struct loader *loader)
{
    struct firmware *fw = loader->fw;
    uint32_t seconds = loader->config.autoboot_delay;
    if (loader->counted_down)
        return fw->wait_key(fw, 0) != 0;
    loader->counted_down = true;
    if (seconds == 0)
        return fw->wait_key(fw, 0) != 0;
    bool ticks = loader->log.shown >= LOG_NORMAL && fw->terminal(fw) != FW_TERMINAL_SILENT;
    fw->forget_keys(fw);
    if (ticks)
        return tick(loader, seconds);
    log_line(&loader->log, BTL_LOG_INFO, COUNTDOWN, seconds);
    return watchdog_wait_key(fw, 1000 * seconds) != 0;
}

static bool menu_before_boot(struct loader *loader)
{
    switch (menu_run(loader, true)) {
    case MENU_BOOT:
        return true;
    case MENU_AGAIN:
        loader->outcome = OUTCOME_AGAIN;
        return false;
    case MENU_LEAVE:
        break;
    }
    loader->outcome = OUTCOME_DONE;
    loader->status = FW_ABORTED;
    return false;
}

bool autoboot_wait(struct loader *loader)
{
    progress_end(loader);
    say_diags(loader); // everything stands on the screen before somebody is asked
    if (loader->options.dry_run || loader->preview)
        return true;
    if (loader->in_menu)
        return menu_before_boot(loader);
    if (will_fail(loader) || !count_down(loader))
        return true;
    loader->menu.limited = true; // a key may have been noise on the line
    return menu_before_boot(loader);
}

// All files are read. These lines are the last of the log that the kernel gets.
bool files_close(struct loader *loader)
{
    volume_close(loader);
    if (loader->save_path.len > 0)
        log_line(&loader->log, BTL_LOG_INFO, "saving the manifest to %pS", &loader->save_path);
    log_line(&loader->log, BTL_LOG_INFO, "%s %pS after %lu us (errors: %u, warnings: %u)",
             loader->options.dry_run ? "dry run: would start" : "starting", &loader->config.kernel,
             clock_now(&loader->clock) / 1000, errors_shown(loader), loader->diags.warnings);
    return true;
}
