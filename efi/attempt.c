// SPDX-License-Identifier: BSD-2-Clause
// Attempts: how one begins, and what comes after one that has not led into the kernel.
#include "loader.h"

#include <btl/mem.h>

#define KEY_SECONDS 60

// Everything in struct loader from `pages` on is of one attempt.
void attempt_begin(struct loader *loader)
{
    struct pages pages = loader->pages;
    struct clock *clock = &loader->clock;
    size_t kept = offsetof(struct loader, pages);
    pages_give_back_all(&pages);
    files_unstage(loader);
    memset((char *)loader + kept, 0, sizeof(*loader) - kept);
    loader->pages = pages;
    pages_arena(&loader->pages, &loader->arena);
    loader->diags.arena = &loader->arena;
    loader->timeline = (struct timeline){.clock = clock, .arena = &loader->arena};
    event_begin_at(&loader->timeline, BTLM_EVENT_LOADER, BTL_NONE, 0);
    loader->save_path = loader->options.save;
    progress_begin(loader);
}

bool attempt_falls_back(const struct loader *loader)
{
    return loader->fallback.there && !loader->in_menu && !loader->halted && !loader->half_shut_down;
}

// The screen says that it could not boot, and why. True: somebody is there.
static bool wait_for_a_human(struct loader *loader)
{
    struct firmware *fw = loader->fw;
    const char *otherwise = loader->stop_resets ? "resets" : "returns to the firmware";
    fw->forget_keys(fw);
    if (loader->set_up)
        log_line(&loader->log, BTL_LOG_ERROR,
                 "cannot boot (errors: %u). Press a key for the menu, or the machine %s in %u s",
                 errors_shown(loader), otherwise, KEY_SECONDS);
    else
        log_line(&loader->log, BTL_LOG_ERROR,
                 "cannot boot (errors: %u). Press a key to return to the firmware (%u s)",
                 errors_shown(loader), KEY_SECONDS);
    bool key = watchdog_wait_key(fw, 1000 * KEY_SECONDS) != 0;
    return key && loader->set_up;
}

static bool menu_after_failure(struct loader *loader)
{
    if (menu_run(loader, false) == MENU_AGAIN)
        return true;
    loader->status = FW_ABORTED;
    return false;
}

// Every reason is on the screen, with time to read them.
static bool stop(struct loader *loader)
{
    log_show(&loader->log, loader->log.shown);
    if (loader->diags.lost > 0)
        log_line(&loader->log, BTL_LOG_ERROR, "errors without text, for want of memory: %u",
                 loader->diags.lost);
    if (wait_for_a_human(loader))
        return menu_after_failure(loader);
    if (loader->stop_resets)
        loader->fw->reset(loader->fw, FW_RESET_COLD);
    return false;
}

// It says what would have come of it, and waits for nobody.
static bool stop_dry(struct loader *loader)
{
    log_show(&loader->log, loader->log.shown);
    if (loader->diags.lost > 0)
        log_answer(&loader->log, "errors without text, for want of memory: %u", loader->diags.lost);
    log_answer(&loader->log, "dry run: this would not boot (errors: %u)", errors_shown(loader));
    if (loader->fallback.there)
        log_answer(&loader->log, "a boot would go on with %pS instead", &loader->fallback.path);
    return false;
}

// Is there something to try next?
static bool next(struct loader *loader)
{
    if (loader->outcome != OUTCOME_FAILED)
        return loader->outcome == OUTCOME_AGAIN;
    loader->status = FW_LOAD_ERROR;
    if (loader->half_shut_down)
        return false;
    if (loader->options.dry_run)
        return stop_dry(loader);
    if (loader->in_menu && loader->set_up)
        return menu_after_failure(loader);
    if (loader->set_up)
        state_failed(loader);
    return (attempt_falls_back(loader) && fallback_take(loader)) || stop(loader);
}

bool attempt_next(struct loader *loader)
{
    progress_end(loader);
    if (!next(loader))
        return false;
    loader->status = FW_SUCCESS;
    attempt_begin(loader);
    return true;
}

fw_status attempt_leave(struct loader *loader)
{
    fw_status status = loader->status;
    volume_close(loader);
    if (!loader->half_shut_down) // then it is no more to be called, and the machine should not stay
                                 // so
        watchdog_off(loader->fw);
    pages_give_back_all(&loader->pages);
    pages_give_back_all(&loader->files.pages);
    pages_give_back_all(&loader->lasting_pages);
    return status;
}
