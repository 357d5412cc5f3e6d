// SPDX-License-Identifier: BSD-2-Clause
// The loader's state, and the functions of its steps, by file. A boot is a series of attempts
// (run.c): each takes the steps with one choice. When an attempt fails, or the menu changes the
// choice, the next one begins. Each step fills in its part of the state and uses only what the
// steps before it have filled in. A step that returns false has reported why, or has set `outcome`.
#ifndef BTL_EFI_BOOT_H
#define BTL_EFI_BOOT_H

#include <btl/attempt.h>
#include <btl/manifest_writer.h>

#include <btl/names.h>

#include "clock.h"
#include "files.h"
#include <btl/load_options.h>
#include "log.h"
#include "memory_map.h"
#include "menu/menu.h"
#include "pages.h"
#include "progress.h"
#include "watchdog.h"

// What comes after an attempt that has not led into the kernel.
enum outcome {
    OUTCOME_FAILED, // the last good configuration, or the menu, or the end
    OUTCOME_AGAIN,  // the steps anew, as the menu asks
    OUTCOME_DONE    // nothing is left to do
};

// Errors of a module whose failure is ignored are in the log alone, until another module, one whose
// failure is not ignored, fails because of it: then they are the reason, and are shown.
enum ignored_state {
    IGNORED_HIDDEN,
    IGNORED_FOUND, // and not shown yet
    IGNORED_SHOWN
};

// The loader's state. The parts that `btl` has, too, are core's: struct btl_boot, struct
// btl_attempt.
struct boot {
    struct btl_boot core;
    struct firmware *fw;
    struct fw_facts facts;
    struct pages pages;
    struct btl_arena arena; // outlives an attempt: choices, records, the log
    struct log log;
    struct clock clock;
    uint8_t seed[64];
    bool seeded;
    struct btl_load_options options;
    struct volume *volume; // NULL: not open
    struct files files;    // every file that was read: an attempt after the first costs no disk
    struct btl_bytes variables[BTL_VARIABLES]; // content of each; size 0: not there
    bool written[BTL_VARIABLES];               // a variable is written once in a boot
    struct progress progress;
    struct menu menu;
    bool preview;        // the menu shows the manifest of this choice, and does not boot it
    bool counted_down;   // the countdown has ended without a key
    bool set_up;         // the steps that are taken once have succeeded: there can be a menu
    bool half_shut_down; // ExitBootServices was called, and failed
    fw_status status;    // of the loader, when it returns

    // One attempt: both are assigned {0} when an attempt begins.
    struct btl_attempt attempt;
    struct attempt_resources {
        struct pages pages;
        struct btl_arena arena; // of pages
        struct btl_diags diags;
        uint32_t hidden_errors; // of diags: about modules whose failure is ignored
        struct timeline timeline;
        const struct btl_diag *last_printed; // the last diagnostic that was printed
        struct ignored {
            struct btl_names names;     // modules whose failure is ignored; known when all are read
            enum ignored_state *states; // by number
            uint32_t *stack;            // [plan.module_count], for the search
            const struct btl_diag *before; // the last diagnostic before these were known
        } ignored;
        enum outcome outcome;               // of a step that has returned false
        bool counted;                       // BtlTrial has this try
        const struct btl_diag *before_step; // the last diagnostic before the current step
        uint64_t code_page;
        struct paging paging;
        struct memory_map memory_map;
        struct btl_module_result *results; // index as in plan.modules
        struct btl_window_range manifest;
        struct btl_str save_path;    // of the manifest; empty: not saved
        uint64_t manifest_map_count; // entries of the memory map in it
        bool manifest_sealed;        // with that map
        struct btlm_volume volume_record;
        struct btl_manifest_boot boot_record;
    } res;
};

// ------------------------------------------------------------------------------ run.c, attempt.c

void attempt_begin(struct boot *boot); // gives back the pages of the attempt before
// After a step that has returned false. True: boot->core.choice says what to try next.
bool attempt_next(struct boot *boot);
fw_status attempt_end(struct boot *boot); // gives everything back

// ------------------------------------------------- the steps that need a machine, in their order

// Once in a boot.
bool options_read(struct boot *boot); // load options -> options
bool machine_fit(struct boot *boot);  // can pages be protected at all
bool volume_open(struct boot *boot);  // -> volume; true when it is open already
bool state_read(struct boot *boot);   // variables -> state; again after a program has run
bool choice_first(struct boot *boot); // options, state -> choice

// In each attempt, between and after the steps of core (btl/attempt.h).
bool autoboot_wait(struct boot *boot);      // the countdown, the menu
bool modules_stage(struct boot *boot);      // which files the kernel gets in memory
bool space_build(struct boot *boot);        // -> page tables
bool trial_count(struct boot *boot);        // this try -> BtlTrial
bool files_close(struct boot *boot);        // the last lines of the log
bool manifest_write(struct boot *boot);     // everything above -> one record
bool manifest_save(struct boot *boot);      // -> a file, where one is requested
bool dry_run_end(struct boot *boot);        // the end of a dry run: the record on the console
bool boot_services_exit(struct boot *boot); // final memory map into it; the firmware is left
void handoff_fill(const struct boot *boot, struct handoff *ret); // what the kernel needs to start

// --------------------------------------------------------------------------------------- driver.c

extern const struct btl_boot_driver loader_driver;

// ---------------------------------------------------------------------------------- boot_volume.c

void volume_close(struct boot *boot); // where it is open
// The configurations of the volume, in their order, at most BTL_CONFIGURATIONS_MAX, in `arena`.
// Each call looks again. False: no memory.
bool configurations_list(struct boot *boot, struct btl_arena *arena, struct btl_str **ret_paths,
                         uint32_t *ret_count);

// ----------------------------------------------------------------------------------- boot_state.c

// Write a record, or delete the variable (NULL), unless its content is that already: at most once
// in a boot, never in a dry run or for the menu. A failure is reported as a warning. False: the
// variable has other content.
bool state_write(struct boot *boot, enum btl_variable variable, const struct btl_record *record);
// Does the firmware say that the variable does not exist?
bool state_is_gone(struct boot *boot, enum btl_variable variable);
// Write the reasons of this attempt's failure to BtlFailed. Of the wanted configuration alone.
void state_failed(struct boot *boot);
// Log what BtlFailed is about; on the console when that is the choice.
void state_say_failed(struct boot *boot);
// Delete records that are outdated now that this attempt has come so far.
void state_tidy(struct boot *boot);

// ----------------------------------------------------------------------------------------- trial.c

// The facts about the trial and about the fallback, for the manifest.
void trial_describe(const struct boot *boot, struct btlm_boot *record);

// ---------------------------------------------------------------- manifest_build.c,
// manifest_final.c

// Put the firmware's present memory map into the manifest; unseals it when the map has changed.
// Allocates nothing. False: reported.
bool manifest_update_map(struct boot *boot);
// Seal the manifest. After this, manifest_update_map() alone may change it.
void manifest_seal(struct boot *boot, uint64_t exit_start);
// Write it again, unsealed, with the diagnostics and the log of now.
bool manifest_write_again(struct boot *boot);

// ------------------------------------------------------------------------------ say.c, ignored.c

// Print the diagnostics of this attempt that were added since the last call: the first twenty
// errors and the first twenty others on the console, all of them into the log. Errors of modules
// whose failure is ignored are in the log alone, unless they are why another module fails.
void say_diags(struct boot *boot);
bool is_hidden(const struct boot *boot, const struct btl_diag *diag);
bool is_ignored(const struct boot *boot, struct btl_str module);
bool ignored_find(struct boot *boot); // of a plan that has all its modules. False: no memory
// After modules have failed. True: errors of some have become IGNORED_FOUND; call ignored_shown()
// when they were shown.
bool ignored_uncover(struct boot *boot);
bool is_uncovered(const struct boot *boot, const struct btl_diag *diag);
void ignored_shown(struct boot *boot);
uint32_t errors_shown(const struct boot *boot); // errors reported that are not hidden

#endif
