// SPDX-License-Identifier: BSD-2-Clause
// The loader from end to end.
#include "boot.h"

#include <btl/mem.h>

// A step, and then everything it found wrong, on the console. None hangs unnoticed.
static bool step(struct boot *boot, bool (*take)(struct boot *))
{
    const struct btl_diag *before = boot->attempt.diags->last;
    watchdog_arm(boot->fw);
    bool good = take(boot);
    if (!good && boot->attempt.reason == NULL)
        boot->attempt.reason = first_error_since(boot, before);
    say_diags(boot);
    return good;
}

static void begin(struct boot *boot, struct firmware *fw)
{
    *boot = (struct boot){.fw = fw,
                          .pages = {.fw = fw},
                          .files.pages = {.fw = fw, .lasting = &boot->pages},
                          .res.pages = {.fw = fw, .lasting = &boot->files.pages}};
    fw_status watchdog = watchdog_arm(fw);
    fw->facts(fw, &boot->facts);
    pages_arena(&boot->pages, &boot->arena);
    clock_begin(&boot->clock, fw);
    boot->seeded = fw->random(fw, boot->seed, sizeof(boot->seed));
    memcpy(&boot->arena.seed, boot->seed, sizeof(boot->arena.seed));
    boot->arena.seed ^= fw->ticks(fw); // for a machine without a random seed
    log_begin(&boot->log, &boot->clock, &boot->arena);
    log_line(&boot->log, BTL_LOG_INFO, "BTL %s on %pS, UEFI %u.%u", LOADER_VERSION,
             &boot->facts.vendor, boot->facts.uefi_revision >> 16,
             (boot->facts.uefi_revision & 0xffff) / 10);
    if (watchdog != FW_SUCCESS) {
        struct btl_str name = fw_status_name(watchdog);
        log_line(&boot->log, BTL_LOG_DEBUG, "the firmware has no watchdog (%pS)", &name);
    }
    attempt_begin(boot);
}

// What is done once.
static bool set_up(struct boot *boot)
{
    return step(boot, options_read) && // load options -> what is to be done
           step(boot, machine_fit) &&  // can pages be protected at all
           step(boot, volume_open) &&  // -> where files are
           step(boot, state_read) &&   // variables -> what earlier boots have left
           step(boot, choice_first);   // -> the configuration to be booted
}

// The path of the data, with one configuration. True: alone with the machine.
static bool attempt(struct boot *boot)
{
    return step(boot, config_read) &&      // the configuration's text -> settings
           step(boot, trial_judge) &&      // had it its tries
           step(boot, kernel_open) &&      // kernel file -> checked view, metadata
           step(boot, modules_read) &&     // module files -> metadata
           step(boot, modules_plan) &&     // -> order, phases, verdicts
           step(boot, autoboot_wait) &&    // a human may interfere
           step(boot, modules_judge) &&    // may the boot go on without what failed
           step(boot, kernel_place) &&     // -> memory, addresses
           step(boot, phase1_link) &&      // -> linked images
           step(boot, modules_judge) &&    // the same, of what was not linked
           step(boot, modules_stage) &&    // -> files for the kernel
           step(boot, space_build) &&      // -> page tables
           step(boot, trial_count) &&      // this try is used
           step(boot, files_close) &&      // the log ends here
           step(boot, manifest_write) &&   // -> one record
           step(boot, manifest_save) &&    // -> a file, where that is asked for
           step(boot, dry_run_end) &&      // a dry run has come to its end
           step(boot, boot_services_exit); // -> alone with the machine
}

fw_status run(struct firmware *fw)
{
    struct boot state, *boot = &state;
    struct handoff handoff;
    begin(boot, fw);
    boot->set_up = set_up(boot);
    bool ready = boot->set_up && attempt(boot);
    while (!ready && attempt_next(boot))
        ready = attempt(boot);
    if (!ready)
        return attempt_leave(boot);
    handoff_fill(boot, &handoff); // -> what the kernel needs to start
    fw->hand_off(fw, &handoff);
    return FW_SUCCESS;
}
