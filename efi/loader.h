// SPDX-License-Identifier: BSD-2-Clause
// The state of one boot, and its steps. A boot is a series of attempts (run.c): each takes the
// steps with one choice, and when it fails, or somebody changes the choice in the menu, the next
// one takes them anew. The steps stand here in the order in which they are taken; each fills in its
// part of the state and uses only what the steps before it have filled in. A step that returns
// false has reported why, or has set `outcome`.
#ifndef BTL_EFI_LOADER_H
#define BTL_EFI_LOADER_H

#include <btl/config.h>
#include <btl/configurations.h>
#include <btl/kernel_image.h>
#include <btl/manifest_writer.h>
#include <btl/plan.h>

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

struct kernel {
    const struct file *file;
    struct btl_elf elf;
    struct btl_modinfo info;
    struct btl_kernel_image image;
    uint64_t physical;
    uint64_t read_time; // nanoseconds
};

// What the loader has of a planned module.
struct module {
    const struct file *file; // NULL: it was not read
    struct btl_elf elf;
    struct btl_modinfo info;
    struct btl_image image;
    uint64_t read_time; // nanoseconds
    bool opened;        // elf is there
    bool laid_out;      // image has its sizes
    bool linked;
};

// A range of the window and the memory behind it.
struct range {
    uint64_t address, physical, size;
};

// What is to be booted now. Strings live as long as the boot.
struct choice {
    struct btl_str path; // of the configuration
    enum btlm_boot_how how;
    struct btl_str changes; // made in the menu, for this boot: lines key="value", or empty
    bool safe;              // without everything that can be left out
    struct btl_str wanted;  // path of the configuration that was to be booted first
    struct btl_str reason;  // why it is not that one; empty
};

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

struct loader {
    // --- of the boot as a whole
    struct firmware *fw;
    struct fw_facts facts;
    struct pages lasting_pages;
    struct btl_arena lasting; // what outlives an attempt: choices, records, the log
    struct log log;
    struct clock clock;
    uint8_t seed[64];
    bool seeded;
    struct options options;
    struct volume *volume; // NULL: not open
    struct files files;    // what was read stays read: an attempt after the first costs no disk
    struct btl_boot_state state; // as it was when the loader started, or the UEFI shell was left
    struct btl_bytes variables[BTL_VARIABLES]; // as they lie there now; size 0: not there
    bool written[BTL_VARIABLES];               // once in a boot is enough
    struct counted_try {
        bool there;
        uint8_t sha256[32]; // of the configuration
        uint32_t tries_left;
    } counted_try; // the one that this boot has counted
    struct choice choice;
    uint8_t tried[BTL_TRIED_MAX][32]; // configurations that were given up
    uint32_t tried_count;
    struct progress progress;
    struct menu menu;
    bool in_menu;        // a human has it: no countdown, and nobody falls back
    bool preview;        // the menu wants to see the manifest of this choice, not to boot it
    bool counted_down;   // nobody wanted the menu
    bool set_up;         // the steps that are taken once were good: there can be a menu
    bool half_shut_down; // boot services: exit_boot_services was called, and failed
    fw_status status;    // of the end

    // --- of one attempt: all from here on begins anew with the next (attempt_begin)
    struct pages pages;
    struct btl_arena arena; // of pages; everything below lives in it or in files
    struct btl_diags diags;
    uint32_t hidden_errors; // of diags: about modules whose failure is ignored
    struct timeline timeline;
    const struct btl_diag *said; // the last one that was printed
    struct ignored {
        struct names names;            // modules whose failure is ignored; known when all are read
        enum cover *cover;             // by number: what that means for their errors
        uint32_t *stack;               // [plan.module_count], for the search
        const struct btl_diag *before; // the last diagnostic that came before these were known
    } ignored;
    enum outcome outcome;           // of a step that has returned false
    const struct btl_diag *why;     // it has; NULL: nothing was reported
    const struct file *config_file; // NULL: it could not be read
    struct btl_config config;
    struct choice_fallback {
        bool there;
        struct btl_str path;
    } fallback;           // what is booted when this one fails
    enum btl_trial trial; // once config is read
    uint32_t tries_left;  // of BTL_TRIAL_COUNTED
    bool counted;         // BtlTrial says so
    struct kernel kernel;
    // What will be loaded, in which order, and what not and why. Until kernel_place() nothing has
    // been done about it: here the menu may change the choice, and everything is planned anew.
    struct btl_plan plan;
    bool planned;            // `plan` is complete
    struct module **modules; // index as in plan.modules
    uint32_t module_capacity;
    uint64_t file_bytes; // of all modules that were read

    uint64_t window_next; // next free address behind the kernel, a multiple of 2 MiB
    struct range phase1, early, stack, backing_store;
    struct btl_symtab symtab;
    uint64_t code_page;
    struct paging paging;
    struct memory_map memory_map;
    struct btl_module_result *results; // index as in plan.modules
    struct range manifest;
    struct btl_str save_path;    // where the manifest is saved; empty: nowhere
    uint64_t manifest_map_count; // entries of the memory map in it
    bool manifest_sealed;        // with that map
    bool halted;                 // a module says so: no other configuration is tried
    bool stop_resets;            // instead of a return to the firmware
    struct btlm_volume volume_record;
    struct btl_manifest_boot boot_record;
    bool stage_all; // INIT and AUTO modules too
};

// Once in a boot.
bool options_read(struct loader *loader); // load options -> options
bool machine_fit(struct loader *loader);  // can pages be protected at all
bool volume_open(struct loader *loader);  // -> volume
bool state_read(struct loader *loader);   // variables -> state; anew, when somebody changed them
bool choice_first(struct loader *loader); // options, state -> choice

// In each attempt.
bool config_read(struct loader *loader);        // the choice's file and changes -> config
bool trial_judge(struct loader *loader);        // may this configuration be booted
bool kernel_open(struct loader *loader);        // kernel file -> kernel.elf, kernel.info
bool modules_read(struct loader *loader);       // module files -> metadata
bool modules_plan(struct loader *loader);       // -> order, phases, verdicts
bool autoboot_wait(struct loader *loader);      // a human may interfere: the menu
bool modules_judge(struct loader *loader);      // what failed modules mean for the boot
bool kernel_place(struct loader *loader);       // kernel -> memory, its place in the window
bool phase1_link(struct loader *loader);        // phase-1 modules -> linked images
bool modules_stage(struct loader *loader);      // the other registered modules -> staged files
bool space_build(struct loader *loader);        // early arena, stack, page tables
bool trial_count(struct loader *loader);        // this try -> a variable
bool files_close(struct loader *loader);        // the log ends here
bool manifest_write(struct loader *loader);     // everything above -> one record
bool manifest_save(struct loader *loader);      // -> a file, when that is asked for
bool dry_run_end(struct loader *loader);        // the record on the console, when that is all
bool boot_services_exit(struct loader *loader); // final memory map into it; the firmware is left

// ------------------------------------------------------------------------------------ the attempts

void attempt_begin(struct loader *loader); // gives back what the one before it took
// After a step that has returned false: true when loader->choice says what to try next.
bool attempt_next(struct loader *loader);
// Can this attempt fall back, with nobody there?
bool attempt_falls_back(const struct loader *loader);
fw_status attempt_leave(struct loader *loader); // gives everything back

// Finds the configuration to be booted when this one fails: loader->fallback.
void fallback_find(struct loader *loader);
// Makes it the choice. False: no memory.
bool fallback_take(struct loader *loader);

// The configurations that are there, in their order, BTL_CONFIGURATIONS_MAX at the most. Looked for
// at each call; in `arena`. False: no memory.
bool configurations_list(struct loader *loader, struct btl_arena *arena, struct btl_str **ret_paths,
                         uint32_t *ret_count);

// Writes a record, or deletes the variable (NULL), where it is not that already: at most once in a
// boot, and never in a dry run or for the menu. What goes wrong is reported as a warning.
bool state_write(struct loader *loader, enum btl_variable variable,
                 const struct btl_record *record);
// Is the variable not there, as the firmware itself says?
bool state_is_gone(struct loader *loader, enum btl_variable variable);
// What has gone wrong in this attempt -> BtlFailed, for people and for the next boot. Of the wanted
// configuration alone.
void state_failed(struct loader *loader);
// Says what BtlFailed is about: on the console when it is the choice.
void state_say_failed(struct loader *loader);
// What an earlier boot has left there: the last line of its text.
struct btl_str state_failed_line(const struct loader *loader);
// Deletes records that say nothing any more, now that this attempt has come so far.
void state_tidy(struct loader *loader);
// What the manifest says about the trial, and about the way back.
void trial_describe(const struct loader *loader, struct btlm_boot *boot);

// ---------------------------------------------------------------------------- shared by the steps

void file_report(struct loader *loader, struct btl_place place, const struct file_problem *problem);

// The firmware's memory map of now goes into the manifest, which is unsealed when that changes it.
// Takes nothing. False: reported.
bool manifest_take_map(struct loader *loader);
// Nothing of the manifest may change after this, but by manifest_take_map().
void manifest_seal(struct loader *loader, uint64_t exit_start);
// Writes it anew, unsealed, with what was said since.
bool manifest_write_again(struct loader *loader);

void volume_close(struct loader *loader); // when it is open

// Prints the diagnostics of this attempt that were added since the last call: on the console the
// first twenty errors and the first twenty others, all of them into the log. Modules whose failure
// is ignored are in the log alone, unless they are why another one fails.
void say_diags(struct loader *loader);
bool is_hidden(const struct loader *loader, const struct btl_diag *diag);
bool is_ignored(const struct loader *loader, struct btl_str module);
bool ignored_find(struct loader *loader); // of a plan that has all its modules. False: no memory
// After modules have failed. True: errors of some have come to be UNCOVERED; ignored_shown() when
// they were shown.
bool ignored_uncover(struct loader *loader);
bool is_uncovered(const struct loader *loader, const struct btl_diag *diag);
void ignored_shown(struct loader *loader);
uint32_t errors_shown(const struct loader *loader); // errors reported that are not hidden
// The first diagnostic that was added after `before` (diags.last of that time).
const struct btl_diag *first_since(const struct loader *loader, const struct btl_diag *before);
const struct btl_diag *first_error_since(const struct loader *loader,
                                         const struct btl_diag *before);
// Reports no-memory; always false, so that a step can return it.
bool out_of_memory(struct loader *loader, const char *doing);
// Does the kernel get the file of this module in memory? Known after modules_stage().
bool module_is_staged(const struct loader *loader, uint32_t index);
// What the kernel needs to start.
void handoff_fill(const struct loader *loader, struct handoff *ret);
// Takes cleared memory and the next place in the window for it, `guard` bytes further up.
bool window_take(struct loader *loader, uint64_t size, uint64_t guard,
                 enum btlm_memory_type purpose, const char *what, struct range *ret_range);

#endif
