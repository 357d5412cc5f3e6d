// SPDX-License-Identifier: BSD-2-Clause
// The loader from end to end.
#include "loader.h"

#define KEY_SECONDS 60

// A step, and then everything it found wrong, on the console.
static bool step(struct loader *loader, bool (*take)(struct loader *))
{
    bool good = take(loader);
    log_diags(&loader->log, &loader->diags);
    return good;
}

static void begin(struct loader *loader, struct firmware *fw)
{
    *loader = (struct loader){.fw = fw, .pages = {.fw = fw}};
    fw->watchdog_off(fw);
    fw->facts(fw, &loader->facts);
    pages_arena(&loader->pages, &loader->arena);
    loader->diags.arena = &loader->arena;
    clock_begin(&loader->clock, fw);
    loader->timeline = (struct timeline){.clock = &loader->clock, .arena = &loader->arena};
    event_begin(&loader->timeline, BTLM_EVENT_LOADER, BTL_NONE);
    loader->seeded = fw->random(fw, loader->seed, sizeof(loader->seed));
    log_begin(&loader->log, fw, &loader->arena);
    log_line(&loader->log, LOG_NORMAL, "BTL %s on %S, UEFI %u.%u", LOADER_VERSION,
             &loader->facts.vendor, loader->facts.uefi_revision >> 16,
             (loader->facts.uefi_revision & 0xffff) / 10);
}

static bool machine_fit(struct loader *loader)
{
    if (loader->facts.cpu.no_execute)
        return true;
    btl_report(&loader->diags, BTL_BOOT_CPU, (struct btl_place){0});
    return false;
}

// The place of a menu: what is planned is known, nothing has been done about it yet.
static bool autoboot_wait(struct loader *loader)
{
    uint32_t seconds = loader->config.autoboot_delay;
    if (seconds == 0 || loader->options.dry_run)
        return true;
    loader->fw->forget_keys(loader->fw);
    log_line(&loader->log, LOG_NORMAL, "starting in %u s; a key starts at once", seconds);
    loader->fw->wait_key(loader->fw, seconds);
    return true;
}

// All files are read. This line is the last of the log that the kernel gets.
static bool files_close(struct loader *loader)
{
    loader->volume->close_volume(loader->volume);
    loader->volume = NULL;
    if (loader->save_path.len > 0)
        log_line(&loader->log, LOG_NORMAL, "saving the manifest to %S", &loader->save_path);
    log_line(&loader->log, LOG_NORMAL, "%s %S after %llu us (errors: %u, warnings: %u)",
             loader->options.dry_run ? "dry run: would start" : "starting", &loader->config.kernel,
             (unsigned long long)clock_now(&loader->clock) / 1000, loader->diags.errors,
             loader->diags.warnings);
    return true;
}

// Everything is given back.
static fw_status leave(struct loader *loader, fw_status status)
{
    if (loader->volume != NULL)
        loader->volume->close_volume(loader->volume);
    pages_give_back_all(&loader->pages);
    return status;
}

// Every reason is on the screen, with time to read them.
static fw_status stop(struct loader *loader)
{
    struct firmware *fw = loader->fw;
    if (loader->half_shut_down)
        return leave(loader, FW_LOAD_ERROR);
    log_show(&loader->log, loader->log.shown);
    if (loader->diags.lost > 0)
        log_line(&loader->log, LOG_PROBLEM, "errors without text, for want of memory: %u",
                 loader->diags.lost);
    if (loader->options.dry_run) {
        log_line(&loader->log, LOG_PROBLEM, "dry run: this would not boot (errors: %u)",
                 loader->diags.errors);
        return leave(loader, FW_LOAD_ERROR);
    }
    fw->forget_keys(fw);
    log_line(&loader->log, LOG_PROBLEM, "cannot boot (errors: %u). Press a key to %s (%u s)",
             loader->diags.errors, loader->stop_resets ? "reset" : "return to the firmware",
             KEY_SECONDS);
    fw->wait_key(fw, KEY_SECONDS);
    if (loader->stop_resets)
        fw->reset(fw);
    return leave(loader, FW_LOAD_ERROR);
}

fw_status run(struct firmware *fw)
{
    struct loader state, *loader = &state;
    struct handoff handoff;
    begin(loader, fw);
    bool ready = step(loader, options_read) &&     // load options -> what is to be done
                 step(loader, machine_fit) &&      // can pages be protected at all
                 step(loader, config_read) &&      // loader.conf -> settings
                 step(loader, kernel_open) &&      // kernel file -> checked view, metadata
                 step(loader, modules_read) &&     // module files -> metadata
                 step(loader, modules_plan) &&     // -> order, phases, verdicts
                 step(loader, autoboot_wait) &&    // a human may interfere
                 step(loader, kernel_place) &&     // -> memory, addresses
                 step(loader, phase1_link) &&      // -> linked images
                 step(loader, modules_stage) &&    // -> files for the kernel
                 step(loader, space_build) &&      // -> page tables
                 step(loader, files_close) &&      // the log ends here
                 step(loader, manifest_write) &&   // -> one record
                 step(loader, manifest_save) &&    // -> a file, where that is asked for
                 step(loader, dry_run_end) &&      // a dry run has come to its end
                 step(loader, boot_services_exit); // -> alone with the machine
    if (!ready)
        return loader->done ? leave(loader, FW_SUCCESS) : stop(loader);
    handoff_fill(loader, &handoff); // -> what the kernel needs to start
    fw->hand_off(fw, &handoff);
    return FW_SUCCESS;
}
