// SPDX-License-Identifier: BSD-2-Clause
// The loader from end to end. Steps with the parameter `attempt` are core's (btl/attempt.h).
#include "boot.h"

#include <btl/mem.h>

static void step_begin(struct boot *boot)
{
    boot->res.before_step = boot->attempt.diags->last;
    watchdog_arm(boot->fw); // a step that hangs resets the machine
}

// Print what the step has reported.
static bool step_end(struct boot *boot, bool good)
{
    struct btl_attempt *attempt = &boot->attempt;
    if (!good && attempt->reason == NULL)
        attempt->reason = btl_error_since(attempt->diags, boot->res.before_step);
    say_diags(boot);
    return good;
}

#define STEP(call) (step_begin(boot), step_end(boot, (call)))

static void boot_begin(struct boot *boot, struct firmware *fw)
{
    *boot = (struct boot){.fw = fw,
                          .core = {.driver = &loader_driver,
                                   .owner = boot,
                                   .machine = btl_machine_find(loader_machine)},
                          .pages = {.fw = fw},
                          .files.pages = {.fw = fw, .parent = &boot->pages},
                          .res.pages = {.fw = fw, .parent = &boot->files.pages}};
    fw_status watchdog = watchdog_arm(fw);
    char uefi[24];
    fw->facts(fw, &boot->facts);
    pages_arena(&boot->pages, &boot->arena);
    clock_begin(&boot->clock, fw);
    boot->seeded = fw->random(fw, boot->seed, sizeof(boot->seed));
    memcpy(&boot->arena.seed, boot->seed, sizeof(boot->arena.seed));
    boot->arena.seed ^= fw->ticks(fw); // for machines without a random seed
    log_begin(&boot->log, &boot->clock, &boot->arena);
    log_line(&boot->log, BTL_LOG_INFO, "BTL %s on %pS, UEFI %s", LOADER_VERSION,
             &boot->facts.vendor, btlm_uefi_text(boot->facts.uefi_revision, uefi));
    if (watchdog != FW_SUCCESS) {
        struct btl_str name = fw_status_name(watchdog);
        log_line(&boot->log, BTL_LOG_DEBUG, "the firmware has no watchdog (%pS)", &name);
    }
    attempt_begin(boot);
}

// Run the one-time steps.
static bool boot_set_up(struct boot *boot)
{
    return STEP(options_read(boot)) && // load options -> options
           STEP(machine_fit(boot)) &&  // does the processor have no-execute
           STEP(volume_open(boot)) &&  // -> the boot volume
           STEP(state_read(boot)) &&   // variables -> the records of earlier boots
           STEP(choice_first(boot));   // -> the configuration of the first attempt
}

// Run an attempt with one configuration. True: boot services have ended.
static bool attempt_boot(struct boot *boot)
{
    struct btl_attempt *attempt = &boot->attempt;
    return STEP(volume_open(boot) &&
                btl_attempt_configure(attempt)) &&   // the configuration's text -> settings
           STEP(btl_attempt_judge_trial(attempt)) && // are its tries used up?
           STEP(btl_attempt_open_kernel(attempt)) && // kernel file -> checked view, metadata
           STEP(btl_attempt_read_modules(attempt) &&
                ignored_find(boot)) &&                 // module files -> metadata
           STEP(btl_attempt_plan(attempt)) &&          // -> order, phases, verdicts
           STEP(autoboot_wait(boot)) &&                // the countdown, the menu
           STEP(btl_attempt_judge_modules(attempt)) && // may the boot go on without failed modules?
           STEP(btl_attempt_place_kernel(attempt)) &&  // -> memory, addresses
           STEP(btl_attempt_link(attempt)) &&          // -> linked images
           STEP(btl_attempt_judge_modules(attempt)) && // the same question after linking
           STEP(modules_stage(boot)) &&                // -> files for the kernel
           STEP(space_build(boot)) &&                  // -> page tables
           STEP(trial_count(boot)) &&                  // this try -> BtlTrial
           STEP(files_close(boot)) &&                  // the log ends here
           STEP(manifest_write(boot)) &&               // -> one record
           STEP(manifest_save(boot)) &&                // -> a file, where one is requested
           STEP(dry_run_end(boot)) &&                  // a dry run ends here
           STEP(boot_services_exit(boot));             // the firmware ends here
}

fw_status run(struct firmware *fw)
{
    struct boot state, *boot = &state;
    struct handoff handoff;
    boot_begin(boot, fw);
    boot->set_up = boot_set_up(boot);
    bool ready = boot->set_up && attempt_boot(boot);
    while (!ready && attempt_next(boot))
        ready = attempt_boot(boot);
    if (!ready)
        return attempt_end(boot);
    handoff_fill(boot, &handoff); // -> what the kernel needs to start
    fw->hand_off(fw, &handoff);
    return FW_SUCCESS;
}
