// SPDX-License-Identifier: BSD-2-Clause
// The loader from end to end. Steps with the parameter `attempt` are core's (btl/attempt.h).
#include "boot.h"
#include "hash.h"

#include <btl/mem.h>

#define NO_EVENT BTLM_EVENTS_KINDS // of a step that takes no time, or notes events itself

// `event`: an enum btlm_event_kind, or NO_EVENT.
static void step_begin(struct boot *boot, uint32_t event)
{
    boot->res.before_step = boot->attempt.diags->last;
    boot->step_event = event == NO_EVENT ? BTL_NONE : event_begin(&boot->timeline, event, BTL_NONE);
    watchdog_arm(boot->fw); // a step that hangs resets the machine
}

// Print what the step has reported.
static bool step_end(struct boot *boot, bool good)
{
    struct btl_attempt *attempt = &boot->attempt;
    if (!good && attempt->reason == NULL)
        attempt->reason = btl_error_since(attempt->diags, boot->res.before_step);
    say_diags(boot);
    event_end(&boot->timeline, boot->step_event, 0);
    return good;
}

#define STEP(event, call) (step_begin(boot, event), step_end(boot, (call)))

static void boot_begin(struct boot *boot, struct firmware *fw)
{
    *boot = (struct boot){.fw = fw,
                          .core = {.driver = &loader_driver,
                                   .owner = boot,
                                   .machine = btl_machine_find(loader_machine),
                                   .hashes_fast = hash_is_fast()},
                          .pages = {.fw = fw},
                          .files.pages = {.fw = fw, .parent = &boot->pages},
                          .res.pages = {.fw = fw, .parent = &boot->files.pages}};
    fw_status watchdog = watchdog_arm(fw);
    char uefi[24];
    fw->facts(fw, &boot->facts);
    pages_arena(&boot->pages, &boot->arena);
    clock_begin(&boot->clock, fw);
    boot->timeline = (struct timeline){.clock = &boot->clock, .arena = &boot->arena};
    event_begin_at(&boot->timeline, BTLM_EVENT_LOADER, BTL_NONE, 0); // btl_manifest_seal() ends it
    boot->seeded = fw->random(fw, boot->seed, sizeof(boot->seed));
    boot->core.seed = boot->seeded ? boot->seed : NULL;
    boot->core.seed_absent = !boot->seeded;
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
    uint32_t event = event_begin_at(&boot->timeline, BTLM_EVENT_START, BTL_NONE, 0);
    bool good = STEP(NO_EVENT, options_read(boot)) && // load options -> options
                STEP(NO_EVENT, machine_fit(boot)) &&  // does the processor have no-execute
                STEP(NO_EVENT, trust_decide(boot)) && // is each file compared with a verified seal
                STEP(NO_EVENT, tpm_find(boot)) &&     // the machine's TPM
                STEP(NO_EVENT, volume_open(boot)) &&  // -> the boot volume
                STEP(NO_EVENT, state_read(boot)) &&   // variables -> the records of earlier boots
                STEP(NO_EVENT, pending_recover(boot)) && // a change that the power interrupted
                STEP(NO_EVENT, choice_first(boot)); // -> the configuration of the first attempt
    event_end(&boot->timeline, event, 0);
    return good;
}

// Run an attempt with one configuration. True: the kernel was started (only in a test).
static bool attempt_boot(struct boot *boot)
{
    struct btl_attempt *attempt = &boot->attempt;
    return STEP(NO_EVENT,
                volume_open(boot) && btl_attempt_configure(attempt)) && // the text -> settings
           STEP(NO_EVENT, btl_attempt_judge_trial(attempt)) &&          // are its tries used up?
           STEP(NO_EVENT, tpm_judge(boot)) &&           // is there a TPM, where one is required
           STEP(NO_EVENT, prefetch_configured(boot)) && // what it names -> files in memory
           STEP(NO_EVENT, btl_attempt_open_kernel(attempt)) && // kernel file -> checked view
           STEP(BTLM_EVENT_MODULES_READ, btl_attempt_read_modules(attempt) &&
                                             ignored_find(boot)) && // module files -> metadata
           STEP(NO_EVENT, btl_attempt_plan(attempt)) &&             // -> order, phases, verdicts
           STEP(NO_EVENT, autoboot_wait(boot)) &&                   // the countdown, the menu
           STEP(NO_EVENT, btl_attempt_judge_modules(attempt)) &&    // go on without failed modules?
           STEP(NO_EVENT, pending_apply(boot)) &&                   // BtlPending -> the file
           STEP(NO_EVENT, kernel_place(boot)) &&                    // -> memory, addresses
           STEP(BTLM_EVENT_MODULES_LINKED, kernel_link(boot)) &&    // -> linked images
           STEP(NO_EVENT, btl_attempt_judge_modules(attempt)) && // the same question after linking
           STEP(BTLM_EVENT_STAGED, modules_stage(boot)) &&       // -> files for the kernel
           STEP(BTLM_EVENT_SPACE, kernel_space(boot)) &&         // -> page tables, initrd
           STEP(BTLM_EVENT_TRIAL, trial_count(boot)) &&          // this try -> BtlTrial
           STEP(NO_EVENT, hardware_arm(boot)) &&                 // the machine's own watchdog
           STEP(NO_EVENT, running_tell(boot)) &&                 // what runs -> BtlBoot
           STEP(NO_EVENT, interface_tell(boot)) &&               // for systemd
           STEP(NO_EVENT, tpm_measure(boot)) &&                  // the six events -> TPM
           STEP(BTLM_EVENT_CLOSED, files_close(boot)) &&         // the log ends here
           STEP(NO_EVENT, interface_tell_log(boot)) &&           // -> BtlLog
           STEP(NO_EVENT, manifest_write(boot)) &&               // -> one record
           STEP(NO_EVENT, manifest_save(boot)) &&    // -> a file, where one is requested
           STEP(NO_EVENT, dry_run_end(boot)) &&      // a dry run ends here
           STEP(NO_EVENT, seal_level_raise(boot)) && // what the seal revokes -> BtlSealLevel
           STEP(NO_EVENT, kernel_finish(boot)) &&    // of most kinds the firmware ends here
           step_end(boot, kernel_start(boot));       // the kernel, which may return
}

fw_status run(struct firmware *fw)
{
    struct boot state, *boot = &state;
    boot_begin(boot, fw);
    boot->set_up = boot_set_up(boot);
    bool ready = boot->set_up && attempt_boot(boot);
    while (!ready && attempt_next(boot))
        ready = attempt_boot(boot);
    return ready ? FW_SUCCESS : attempt_end(boot);
}
