// SPDX-License-Identifier: BSD-2-Clause
// The loader's state, and the functions of its steps, by file. A boot is a series of attempts
// (run.c), each with one choice. When an attempt fails, or the menu changes the choice, the next
// one begins. Each step fills in its part of the state and reads only the parts of earlier steps. A
// step that returns false has reported the reason or has set `outcome`.
#ifndef BTL_EFI_BOOT_H
#define BTL_EFI_BOOT_H

#include <btl/attempt.h>
#include <btl/diag_set.h>
#include <btl/manifest_writer.h>
#include <btl/pending.h>
#include <btl/running_record.h>

#include <btl/names.h>

#include "clock.h"
#include "files.h"
#include "kernel.h"
#include "hardware/device.h"
#include "limine.h"
#include <btl/load_options.h>
#include "log.h"
#include "memory_map.h"
#include "menu/menu.h"
#include "pages.h"
#include "progress.h"
#include "reader.h"
#include "watchdog.h"

// What follows an attempt that has not started the kernel.
enum outcome {
    OUTCOME_FAILED, // the fallback, the menu or the end
    OUTCOME_AGAIN,  // another attempt, requested in the menu
    OUTCOME_DONE    // the loader returns
};

// Visibility of the errors of a module whose failure is ignored. They are only in the log until
// another module, whose failure is not ignored, fails because of them.
enum ignored_state {
    IGNORED_HIDDEN,
    IGNORED_FOUND, // to be shown
    IGNORED_SHOWN
};

// What became of the changes from the running system (pending.c).
enum pending_step {
    PENDING_NEW,      // not looked at yet, or left for another boot
    PENDING_JUDGED,   // the attempt has the changed text, and only judges it
    PENDING_APPLIED,  // the text on the volume has them
    PENDING_REFUSED,  // and dropped
    PENDING_UNWRITTEN // they wait for another boot
};

struct pending {
    enum pending_step step;
    bool applied, stuck;        // stuck: the variable could not be deleted
    struct btl_str lines;       // for messages
    struct btl_str reason;      // of REFUSED and UNWRITTEN
    struct btl_str text;        // changed
    struct btl_bytes old;       // the text before
    struct btl_diag_set before; // its diagnostics
};

// The loader's state. `btl` shares the parts in struct btl_boot and struct btl_attempt.
struct boot {
    struct btl_boot core;
    struct firmware *fw;
    struct fw_facts facts;
    struct {
        struct fw_tpm facts;
        fw_status status; // of the search; FW_NOT_FOUND: no active TPM
    } tpm;
    struct pages pages;
    struct btl_arena arena; // outlives an attempt: choices, records, the log
    struct log log;
    struct clock clock;
    struct timeline timeline;
    uint32_t step_event; // of the current step; BTL_NONE: none
    uint8_t seed[64];
    bool seeded;
    struct btl_load_options options;
    struct volume *volume;                     // NULL: not open
    struct reader reader;                      // of that volume
    struct files files;                        // cache of all files read in this boot
    struct btl_bytes variables[BTL_VARIABLES]; // content of each; size 0: none
    bool written[BTL_VARIABLES];               // each is written at most once in a boot
    struct progress progress;
    struct menu menu;
    struct pending pending;
    struct hardware {
        struct watchdog_device device;
        const struct watchdog_driver *driver; // NULL: no watchdog for this attempt
        bool armed;
    } hardware;
    bool interface_told; // the variables of interface.c may exist
    bool running_told;   // BtlBoot is written
    bool preview;        // the menu shows the manifest of this choice without booting it
    bool counted_down;   // the countdown was shown
    bool decided;        // the next attempt has the same choice, and no countdown or menu
    bool set_up;         // the one-time steps have succeeded: a menu is possible
    bool half_shut_down; // ExitBootServices was called, and failed
    fw_status status;    // of the loader, when it returns

    // One attempt: both are assigned {0} when an attempt begins.
    struct btl_attempt attempt;
    struct attempt_resources {
        struct pages pages;
        struct btl_arena arena; // of pages
        struct btl_diags diags;
        uint32_t hidden_errors;              // of diags: about modules whose failure is ignored
        const struct btl_diag *last_printed; // the last diagnostic that was printed
        struct ignored {
            struct btl_names names;        // modules whose failure is ignored
            enum ignored_state *states;    // by number
            uint32_t *stack;               // [plan.module_count], for the search
            const struct btl_diag *before; // the last diagnostic before `names` was filled in
        } ignored;
        enum outcome outcome;               // of a step that returned false
        bool counted;                       // BtlTrial has this try
        const struct btl_diag *before_step; // the last diagnostic before the current step
        struct image_start image;           // of a kernel that is an EFI program
        struct limine_start limine;         // of a kernel of the Limine protocol
        uint64_t code_page;
        struct paging paging;
        struct memory_map memory_map;
        struct btl_module_result *results; // index as in plan.modules
        struct btl_manifest_file *files;   // index as in attempt.raw_files
        struct btl_window_range manifest;
        struct btl_str save_path;    // of the manifest; empty: not saved
        uint64_t manifest_map_count; // entries of the memory map in it
        bool manifest_sealed;        // with that map
        uint32_t last_event;         // that btl_manifest_seal() ends; BTL_NONE: none
        struct btlm_volume volume_record;
        struct btl_manifest_boot boot_record;
        struct btlm_trust trust;
        struct btl_str event_log; // in memory of the firmware
    } res;
};

// ------------------------------------------------------------------------------ run.c, attempt.c

void attempt_begin(struct boot *boot); // frees the pages of the previous attempt
// Call after a step that returned false. True: boot->core.choice is the next choice.
bool attempt_next(struct boot *boot);
fw_status attempt_end(struct boot *boot); // frees everything

// ------------------------------------------------- the steps that need a machine, in their order

// Once in a boot.
bool options_read(struct boot *boot); // load options -> options
// Query the terminal, and narrow the console of boot->facts to it.
enum fw_terminal terminal_of(struct boot *boot);
// Say that the command line is wrong and that nothing is started. Return false.
bool options_refuse(struct boot *boot);
bool machine_fit(struct boot *boot);  // does the processor have no-execute
bool trust_decide(struct boot *boot); // is every file compared with a verified seal
bool trust_verify(void *owner, const struct btl_boot_file *seal, struct btl_str *ret_status);
bool tpm_find(struct boot *boot);        // the machine's TPM
bool volume_open(struct boot *boot);     // -> volume; true when already open
bool state_read(struct boot *boot);      // variables -> state; repeated after the shell has run
bool pending_recover(struct boot *boot); // completes a change that the power interrupted
bool choice_first(struct boot *boot);    // options, state -> choice

// In each attempt, between and after the steps of core (btl/attempt.h).
bool prefetch_configured(struct boot *boot); // the files that the configuration names
bool tpm_judge(struct boot *boot);           // is there a TPM, where one is required
bool autoboot_wait(struct boot *boot);       // the countdown, the menu
bool pending_apply(struct boot *boot);       // BtlPending -> the configuration's file
// Pages for tables: the owner of paging.alloc_table.
struct table_pool {
    struct boot *boot;
    uint64_t next, left;
};
uint64_t space_alloc_table(void *owner);
// Map the kernel's image and the phase-1 images. Find the hand-off area: `code` in place, or a new
// area with a copy. Fetch the memory map.
bool space_map_window(struct boot *boot);
bool space_place_code(struct boot *boot, const uint8_t *code, const uint8_t *end);
bool space_fetch_map(struct boot *boot);
bool modules_stage(struct boot *boot);  // which files the kernel gets in memory
bool space_build(struct boot *boot);    // -> page tables
bool trial_count(struct boot *boot);    // this try -> BtlTrial
bool hardware_arm(struct boot *boot);   // the machine's own watchdog
bool running_tell(struct boot *boot);   // -> BtlBoot, for user space
bool interface_tell(struct boot *boot); // -> variables of EFI programs
bool tpm_measure(struct boot *boot);    // the six events -> TPM
// Fill in the manifest's facts about Secure Boot and the TPM.
void trust_describe(struct boot *boot);
bool files_close(struct boot *boot);        // the last lines of the log
bool interface_tell_log(struct boot *boot); // the log and the time -> variables of EFI programs
bool manifest_write(struct boot *boot);     // everything above -> one record
bool manifest_save(struct boot *boot);      // -> a file, where one is requested
bool dry_run_end(struct boot *boot);        // the end of a dry run: the record on the console
bool seal_level_raise(struct boot *boot);   // the level that the seal revokes -> BtlSealLevel
bool boot_services_exit(struct boot *boot); // final memory map into it; the firmware is left
void handoff_fill(const struct boot *boot,
                  struct handoff *ret_handoff); // what a kernel of BTL's protocol needs to start

// --------------------------------------------------------------------------------------- driver.c

extern const struct btl_boot_driver loader_driver;

// ------------------------------------------------------------------------------------- prefetch.c

// Read the files of the modules that are new in the plan, before one of them is needed.
void prefetch_plan(struct boot *boot);

// ---------------------------------------------------------------------------------- boot_volume.c

void volume_close(struct boot *boot); // if it is open
// List the first BTL_CONFIGURATIONS_MAX configurations of the volume, in order, in `arena`. Each
// call reads the directories again. False: no memory.
bool configurations_list(struct boot *boot, struct btl_arena *arena, struct btl_str **ret_paths,
                         uint32_t *ret_count);

// ----------------------------------------------------------------------------------- seal_level.c

// Return the level below which seals are revoked.
uint64_t seal_level_read(struct boot *boot);

// ----------------------------------------------------------------------------------- boot_state.c

// Write a record, or delete the variable (NULL), if that changes it: at most once in a boot, never
// in a dry run or a preview. A failure is reported as a warning. False: the variable has other
// content.
bool state_write(struct boot *boot, enum btl_variable variable, const struct btl_record *record);
// Does the firmware say that the variable does not exist?
bool state_is_gone(struct boot *boot, enum btl_variable variable);
// Write the reasons of this attempt's failure to BtlFailed, except those of a fallback.
void state_failed(struct boot *boot);
// Log the failure in BtlFailed; on the console only if it is about the choice.
void state_say_failed(struct boot *boot);
// Escape control characters: any program may have written the record, and the text is printed here
// and in the kernel's log.
struct btl_str state_escape(struct boot *boot, struct btl_str text);
// Delete records that are outdated once this attempt can start its kernel.
void state_tidy(struct boot *boot);

// ----------------------------------------------------------------------------- hardware/watchdog.c

// Stop the machine's own watchdog if this attempt has armed it.
void hardware_disarm(struct boot *boot);
// Fill in the manifest's facts about the watchdog.
void hardware_describe(const struct boot *boot, struct btlm_boot *record);

// ------------------------------------------------------------------------------------- interface.c

// Delete the variables that this attempt has written for its kernel, which does not run.
void interface_forget(struct boot *boot);

// --------------------------------------------------------------------------------------- running.c

// Delete BtlBoot if this attempt has written it: its kernel does not run.
void running_forget(struct boot *boot);

// --------------------------------------------------------------------------------------- pending.c

// Call when an attempt has failed. True: the attempt only judged changes from the running system,
// which are refused, and the choice is tried without them.
bool pending_failed(struct boot *boot);

// ----------------------------------------------------------------------------------------- trial.c

// Fill in the manifest's facts about the trial and the fallback.
void trial_describe(const struct boot *boot, struct btlm_boot *record);

// -------------------------------------------------------- manifest_build.c, manifest_final.c,
// save.c

// Write the firmware's current memory map into the manifest, and unseal it if the map has changed.
// Allocates nothing. False: reported.
bool manifest_update_map(struct boot *boot);
// Seal the manifest. Afterwards only manifest_update_map() may change it.
void manifest_seal(struct boot *boot, uint64_t last_start); // see btl_manifest_seal()
// Leave the random seed out, for a file; give it to the kernel, which keeps the seal.
void manifest_clear_seed(struct boot *boot);
void manifest_set_seed(struct boot *boot);
// Write the manifest again, unsealed, with the current diagnostics and log.
bool manifest_write_again(struct boot *boot);
// Write a manifest of what is known of a failed attempt, sealed, in the attempt's arena, without
// memory map and seed. False: no memory, not reported.
bool manifest_write_failed(struct boot *boot, struct btl_bytes *ret_bytes);
// Save that manifest to BTL_MANIFEST_FAILED if this attempt was to save its manifest.
void manifest_save_failed(struct boot *boot);

// ------------------------------------------------------------------------------ say.c, ignored.c

// Print the diagnostics of this attempt since the last call: on the console the first twenty errors
// and the first twenty others, in the log all. Errors of modules whose failure is ignored are only
// in the log, unless another module fails because of them.
void say_diags(struct boot *boot);
bool is_hidden(const struct boot *boot, const struct btl_diag *diag);
bool is_ignored(const struct boot *boot, struct btl_str module);
bool ignored_find(struct boot *boot); // call when all modules are planned. False: no memory
// Call after modules have failed. True: some have become IGNORED_FOUND; print them, then call
// ignored_shown().
bool ignored_uncover(struct boot *boot);
bool is_uncovered(const struct boot *boot, const struct btl_diag *diag);
void ignored_shown(struct boot *boot);
uint32_t errors_shown(const struct boot *boot); // reported errors that are not hidden

#endif
