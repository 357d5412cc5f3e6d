// SPDX-License-Identifier: BSD-2-Clause
// The loader from end to end.
#include "loader.h"

// A step, and then everything it found wrong, on the console. None hangs unnoticed.
static bool step(struct loader *loader, bool (*take)(struct loader *))
{
    const struct btl_diag *before = loader->diags.last;
    watchdog_arm(loader->fw);
    bool good = take(loader);
    if (!good && loader->why == NULL)
        loader->why = first_error_since(loader, before);
    say_diags(loader);
    return good;
}

static void begin(struct loader *loader, struct firmware *fw)
{
    *loader = (struct loader){.fw = fw,
                              .lasting_pages = {.fw = fw},
                              .files.pages = {.fw = fw, .lasting = &loader->lasting_pages},
                              .pages = {.fw = fw, .lasting = &loader->files.pages}};
    fw_status watchdog = watchdog_arm(fw);
    fw->facts(fw, &loader->facts);
    pages_arena(&loader->lasting_pages, &loader->lasting);
    clock_begin(&loader->clock, fw);
    loader->seeded = fw->random(fw, loader->seed, sizeof(loader->seed));
    log_begin(&loader->log, &loader->clock, &loader->lasting);
    log_line(&loader->log, BTL_LOG_INFO, "BTL %s on %pS, UEFI %u.%u", LOADER_VERSION,
             &loader->facts.vendor, loader->facts.uefi_revision >> 16,
             (loader->facts.uefi_revision & 0xffff) / 10);
    if (watchdog != FW_SUCCESS) {
        struct btl_str name = fw_status_name(watchdog);
        log_line(&loader->log, BTL_LOG_DEBUG, "the firmware has no watchdog (%pS)", &name);
    }
    attempt_begin(loader);
}

// What is done once.
static bool set_up(struct loader *loader)
{
    return step(loader, options_read) && // load options -> what is to be done
           step(loader, machine_fit) &&  // can pages be protected at all
           step(loader, volume_open) &&  // -> where files are
           step(loader, state_read) &&   // variables -> what earlier boots have left
           step(loader, choice_first);   // -> the configuration to be booted
}

// The path of the data, with one configuration. True: alone with the machine.
static bool attempt(struct loader *loader)
{
    return step(loader, config_read) &&      // the configuration's text -> settings
           step(loader, trial_judge) &&      // had it its tries
           step(loader, kernel_open) &&      // kernel file -> checked view, metadata
           step(loader, modules_read) &&     // module files -> metadata
           step(loader, modules_plan) &&     // -> order, phases, verdicts
           step(loader, autoboot_wait) &&    // a human may interfere
           step(loader, modules_judge) &&    // may the boot go on without what failed
           step(loader, kernel_place) &&     // -> memory, addresses
           step(loader, phase1_link) &&      // -> linked images
           step(loader, modules_judge) &&    // the same, of what was not linked
           step(loader, modules_stage) &&    // -> files for the kernel
           step(loader, space_build) &&      // -> page tables
           step(loader, trial_count) &&      // this try is used
           step(loader, files_close) &&      // the log ends here
           step(loader, manifest_write) &&   // -> one record
           step(loader, manifest_save) &&    // -> a file, where that is asked for
           step(loader, dry_run_end) &&      // a dry run has come to its end
           step(loader, boot_services_exit); // -> alone with the machine
}

fw_status run(struct firmware *fw)
{
    struct loader state, *loader = &state;
    struct handoff handoff;
    begin(loader, fw);
    loader->set_up = set_up(loader);
    bool ready = loader->set_up && attempt(loader);
    while (!ready && attempt_next(loader))
        ready = attempt(loader);
    if (!ready)
        return attempt_leave(loader);
    handoff_fill(loader, &handoff); // -> what the kernel needs to start
    fw->hand_off(fw, &handoff);
    return FW_SUCCESS;
}
