// SPDX-License-Identifier: BSD-2-Clause
// The state of one boot, and its steps. A boot is a series of attempts (run.c): each takes the
// steps with one choice, and when it fails, or somebody changes the choice in the menu, the next
// one takes them anew. The steps stand here in the order in which they are taken; each fills in its
// part of the state and uses only what the steps before it have filled in. A step that returns
// false has reported why, or has set `outcome`.
#ifndef BTL_EFI_BOOT_H
#define BTL_EFI_BOOT_H

#include <btl/attempt.h>
#include <btl/manifest_writer.h>

#include <btl/names.h>

#include "clock.h"
#include "files.h"
#include "load_options.h"
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
enum cover {
    COVERED,
    UNCOVERED, // and not shown yet
    OPEN
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
    struct options options;
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
        const struct btl_diag *said; // the last diagnostic that was printed
        struct ignored {
            struct btl_names names; // modules whose failure is ignored; known when all are read
            enum cover *cover;      // by number
            uint32_t *stack;        // [plan.module_count], for the search
            const struct btl_diag *before; // the last diagnostic before these were known
        } ignored;
        enum outcome outcome; // of a step that has returned false
        bool counted;         // BtlTrial has this try
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

// Once in a boot.
bool options_read(struct boot *boot); // load options -> options
bool machine_fit(struct boot *boot);  // can pages be protected at all
bool volume_open(struct boot *boot);  // -> volume
bool state_read(struct boot *boot);   // variables -> state; anew, when somebody changed them
bool choice_first(struct boot *boot); // options, state -> choice

// In each attempt.
bool config_read(struct boot *boot);        // the choice's file and changes -> config
bool trial_judge(struct boot *boot);        // may this configuration be booted
bool kernel_open(struct boot *boot);        // kernel file -> kernel.elf, kernel.info
bool modules_read(struct boot *boot);       // module files -> metadata
bool modules_plan(struct boot *boot);       // -> order, phases, verdicts
bool autoboot_wait(struct boot *boot);      // a human may interfere: the menu
bool modules_judge(struct boot *boot);      // what failed modules mean for the boot
bool kernel_place(struct boot *boot);       // kernel -> memory, its place in the window
bool phase1_link(struct boot *boot);        // phase-1 modules -> linked images
bool modules_stage(struct boot *boot);      // the other registered modules -> staged files
bool space_build(struct boot *boot);        // early arena, stack, page tables
bool trial_count(struct boot *boot);        // this try -> a variable
bool files_close(struct boot *boot);        // the log ends here
bool manifest_write(struct boot *boot);     // everything above -> one record
bool manifest_save(struct boot *boot);      // -> a file, when that is asked for
bool dry_run_end(struct boot *boot);        // the record on the console, when that is all
bool boot_services_exit(struct boot *boot); // final memory map into it; the firmware is left

// ------------------------------------------------------------------------------------ the attempts

void attempt_begin(struct boot *boot); // gives back what the one before it took
// After a step that has returned false: true when boot->core.choice says what to try next.
bool attempt_next(struct boot *boot);
// Can this attempt fall back, with nobody there?
bool attempt_falls_back(const struct boot *boot);
fw_status attempt_leave(struct boot *boot); // gives everything back

// Finds the configuration to be booted when this one fails: boot->attempt.fallback.
void fallback_find(struct boot *boot);
// Makes it the choice. False: no memory.
bool fallback_take(struct boot *boot);

// The configurations that are there, in their order, BTL_CONFIGURATIONS_MAX at the most. Looked for
// at each call; in `arena`. False: no memory.
bool configurations_list(struct boot *boot, struct btl_arena *arena, struct btl_str **ret_paths,
                         uint32_t *ret_count);

// Writes a record, or deletes the variable (NULL), where it is not that already: at most once in a
// boot, and never in a dry run or for the menu. What goes wrong is reported as a warning.
bool state_write(struct boot *boot, enum btl_variable variable, const struct btl_record *record);
// Is the variable not there, as the firmware itself says?
bool state_is_gone(struct boot *boot, enum btl_variable variable);
// What has gone wrong in this attempt -> BtlFailed, for people and for the next boot. Of the wanted
// configuration alone.
void state_failed(struct boot *boot);
// Says what BtlFailed is about: on the console when it is the choice.
void state_say_failed(struct boot *boot);
// What an earlier boot has left there: the last line of its text.
struct btl_str state_failed_line(const struct boot *boot);
// Deletes records that say nothing any more, now that this attempt has come so far.
void state_tidy(struct boot *boot);
// What the manifest says about the trial, and about the way back.
void trial_describe(const struct boot *boot, struct btlm_boot *record);

// ---------------------------------------------------------------------------- shared by the steps

void file_report(struct boot *boot, struct btl_place place, const struct file_problem *problem);

// The firmware's memory map of now goes into the manifest, which is unsealed when that changes it.
// Takes nothing. False: reported.
bool manifest_take_map(struct boot *boot);
// Nothing of the manifest may change after this, but by manifest_take_map().
void manifest_seal(struct boot *boot, uint64_t exit_start);
// Writes it anew, unsealed, with what was said since.
bool manifest_write_again(struct boot *boot);

void volume_close(struct boot *boot); // when it is open

// Prints the diagnostics of this attempt that were added since the last call: on the console the
// first twenty errors and the first twenty others, all of them into the log. Modules whose failure
// is ignored are in the log alone, unless they are why another one fails.
void say_diags(struct boot *boot);
bool is_hidden(const struct boot *boot, const struct btl_diag *diag);
bool is_ignored(const struct boot *boot, struct btl_str module);
bool ignored_find(struct boot *boot); // of a plan that has all its modules. False: no memory
// After modules have failed. True: errors of some have come to be UNCOVERED; ignored_shown() when
// they were shown.
bool ignored_uncover(struct boot *boot);
bool is_uncovered(const struct boot *boot, const struct btl_diag *diag);
void ignored_shown(struct boot *boot);
uint32_t errors_shown(const struct boot *boot); // errors reported that are not hidden
// The first diagnostic that was added after `before` (diags.last of that time).
const struct btl_diag *first_since(const struct boot *boot, const struct btl_diag *before);
const struct btl_diag *first_error_since(const struct boot *boot, const struct btl_diag *before);
// Reports no-memory; always false, so that a step can return it.
bool out_of_memory(struct boot *boot, const char *doing);
// Does the kernel get the file of this module in memory? Known after modules_stage().
bool module_is_staged(const struct boot *boot, uint32_t index);
// What the kernel needs to start.
void handoff_fill(const struct boot *boot, struct handoff *ret);
// Takes cleared memory and the next place in the window for it, `guard` bytes further up.
bool window_take(struct boot *boot, uint64_t size, uint64_t guard, enum btlm_memory_type purpose,
                 const char *what, struct btl_window_range *ret_range);

#endif
