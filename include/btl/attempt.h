// SPDX-License-Identifier: BSD-2-Clause
// The steps of a boot, from the choice of a configuration to linked phase-1 modules. They are
// written once: the loader takes them on a machine, `btl` takes them on a directory or a disk
// image. What differs between the two is a table of callbacks (struct btl_boot_driver).
//
// A boot is a series of attempts. Each attempt takes the steps below, in their order, with one
// choice. A step fills in its part of struct btl_attempt and uses what the steps before it have
// filled in. A step that returns false has reported the reason to attempt->diags.
#ifndef BTL_ATTEMPT_H
#define BTL_ATTEMPT_H

#include <btl/config.h>
#include <btl/configurations.h>
#include <btl/kernel_image.h>
#include <btl/machine.h>
#include <btl/manifest.h>
#include <btl/plan.h>

// A file of the boot volume, read whole. Lives as long as the boot.
struct btl_boot_file {
    struct btl_str path; // on the volume
    struct btl_bytes bytes;
    uint8_t sha256[32]; // `btl` fills it in for configurations alone
};

// The reason why a file could not be read.
struct btl_file_problem {
    enum btl_code code;     // one of the file-… codes, or BTL_CODES: reported already
    struct btl_str status;  // the firmware's or the system's word for it
    uint64_t expected, got; // bytes, see diag.def
};
void btl_file_report(struct btl_diags *diags, struct btl_place place,
                     const struct btl_file_problem *problem);

// What became of the kernel or of a module; one row of the table that the loader prints.
enum btl_boot_outcome {
    BTL_OUTCOME_PLACED,    // the kernel
    BTL_OUTCOME_LINKED,    // a phase-1 module
    BTL_OUTCOME_STAGED,    // its file is handed to the kernel in memory
    BTL_OUTCOME_ON_VOLUME, // the kernel reads its file from the boot volume
    BTL_OUTCOME_OFF,
    BTL_OUTCOME_FAILED,
};

// What differs between the loader and `btl`. `owner` is that of struct btl_boot.
struct btl_boot_driver {
    // Read the file, at most `max` bytes. NULL: *ret_problem says why. A file that was read stays
    // where it is.
    const struct btl_boot_file *(*read)(void *owner, struct btl_str path, uint64_t max,
                                        struct btl_file_problem *ret_problem);
    // The name of a file of the volume in messages.
    struct btl_str (*name)(void *owner, struct btl_str path);
    // The first BTL_CONFIGURATIONS_MAX configurations of the volume, in their order; returns their
    // number.
    size_t (*list)(void *owner, struct btl_str **ret_paths);
    // Delete BtlNext. True: it is gone, and the configuration that it names may be booted.
    bool (*delete_next)(void *owner);
    // Allocate cleared memory for a range of the window. Its physical address agrees with `address`
    // modulo `align`, and is also a pointer's value. False: no memory.
    bool (*allocate)(void *owner, enum btlm_memory_type purpose, uint64_t size, uint64_t address,
                     uint64_t align, uint64_t *ret_physical);

    // Add the exports of a kernel that has no file to attempt->symtab. NULL: every kernel has one.
    bool (*export_kernel)(void *owner);

    // What follows are notes. An event has a number; event_end() returns nanoseconds.
    uint32_t (*event_begin)(void *owner, enum btlm_event_kind kind, uint32_t module);
    uint64_t (*event_end)(void *owner, uint32_t event, uint64_t bytes);
    void (*configured)(void *owner);                // attempt->config is valid
    void (*plan_grew)(void *owner, uint32_t first); // modules from `first` on are new
    // `module`: BTL_NONE for the kernel. `time`: nanoseconds of reading and linking.
    void (*done)(void *owner, uint32_t module, enum btl_boot_outcome outcome, uint64_t time);
};

// What is to be booted. Strings live as long as the boot.
struct btl_choice {
    struct btl_str path;    // of the configuration
    enum btlm_boot_how how; // the reason for this configuration
    struct btl_str changes; // lines key="value" of the menu, for this boot alone; may be empty
    bool safe;              // a safe boot: btl_config_safe()
    // Of BTLM_HOW_FALLBACK:
    struct btl_str wanted; // path of the configuration that was to be booted first
    struct btl_str reason; // its failure, one sentence
};

// The boot as a whole. The driver fills in the first three.
struct btl_boot {
    const struct btl_boot_driver *driver;
    void *owner; // the driver's
    const struct btl_machine *machine;
    struct btl_boot_state state;      // the records of earlier boots
    struct btl_choice choice;         // of the next attempt
    uint8_t tried[BTL_TRIED_MAX][32]; // SHA-256 of configurations that failed in this boot
    uint32_t tried_count;
    struct btl_counted_try {
        bool valid;
        uint8_t sha256[32]; // of the configuration
        uint32_t tries_left;
    } counted_try; // the try that this boot has written to BtlTrial
    bool attended; // a person is at the menu: no countdown, no fallback without being told
};

struct btl_attempt_kernel {
    const struct btl_boot_file *file;
    struct btl_elf elf;
    struct btl_modinfo info;
    struct btl_kernel_image image;
    uint64_t physical;  // address of its memory
    uint64_t read_time; // nanoseconds
};

struct btl_attempt_module {
    struct btl_str path;              // on the volume
    const struct btl_boot_file *file; // NULL: not read
    struct btl_elf elf;               // valid when `opened`
    struct btl_modinfo info;
    struct btl_image image; // has its sizes when `laid_out`
    uint64_t read_time;     // nanoseconds
    bool opened, laid_out, linked;
};

// A range of the kernel and module window, and the memory that is mapped there.
struct btl_window_range {
    uint64_t address, physical, size; // bytes
};

// One attempt to boot one choice. Everything lives in the arena or in files.
struct btl_attempt {
    struct btl_boot *boot;
    struct btl_arena *arena;
    struct btl_diags *diags;
    const struct btl_diag *reason; // of a step that has returned false; NULL: nothing was reported
    const struct btl_boot_file *config_file; // NULL: it could not be read
    struct btl_config config;
    bool config_good; // it was read, and has no error
    struct {
        bool valid;
        struct btl_str path;
    } fallback;           // the configuration to boot when this attempt fails
    enum btl_trial trial; // known once `config` is read
    uint32_t tries_left;  // of BTL_TRIAL_COUNTED
    struct btl_attempt_kernel kernel;
    // What will be loaded, in which order, and what not and why.
    struct btl_plan plan;
    bool planned;                        // `plan` is complete
    struct btl_attempt_module **modules; // index as in plan.modules
    uint32_t module_capacity;
    bool halted;      // a module's level is halt: no other configuration is tried
    bool stop_resets; // the machine is reset when the boot stops
    bool stage_all;   // the files of INIT and AUTO modules are staged, too

    uint64_t window_next; // next free address of the window, a multiple of 2 MiB
    struct btl_window_range phase1, early, stack, backing_store;
    struct btl_symtab symtab;
};

// Choose what the first attempt boots: BtlNext, else `configured` (of the load options; may be
// empty), else BTL_CONFIG_DEFAULT.
void btl_boot_choose(struct btl_boot *boot, struct btl_str configured, bool safe,
                     struct btl_diags *diags);
// Begin an attempt at boot->choice. `arena` and `diags` outlive it.
void btl_attempt_begin(struct btl_attempt *attempt, struct btl_boot *boot, struct btl_arena *arena,
                       struct btl_diags *diags);

// The steps, in their order.

// The text of the configuration -> settings, and the configuration to fall back to. False also when
// the configuration is faulty and there is another one to boot.
bool btl_attempt_configure(struct btl_attempt *attempt);
// The same with a file that stands in for that of the configuration. `name`: its name in messages.
bool btl_attempt_configure_file(struct btl_attempt *attempt, struct btl_str name,
                                const struct btl_boot_file *file);
// Is this configuration on trial, and has it a try left?
bool btl_attempt_judge_trial(struct btl_attempt *attempt);
// The kernel's file -> its view and its metadata.
bool btl_attempt_open_kernel(struct btl_attempt *attempt);
// The modules' files -> their metadata, given to the plan.
bool btl_attempt_read_modules(struct btl_attempt *attempt);
// Metadata -> order, phases, verdicts.
bool btl_attempt_plan(struct btl_attempt *attempt);
// The first free place of the window is behind the kernel's image. btl_attempt_place_kernel() does
// this; a driver whose kernel has no file calls it with kernel.image.base and .size filled in.
void btl_attempt_begin_window(struct btl_attempt *attempt);
// May the boot go on without the modules that failed? Taken after planning, and after linking.
bool btl_attempt_judge_modules(struct btl_attempt *attempt);
// The kernel -> memory and its place in the window.
bool btl_attempt_place_kernel(struct btl_attempt *attempt);
// Phase-1 modules -> images, linked against the kernel and each other.
bool btl_attempt_link(struct btl_attempt *attempt);
// Which files the kernel gets in memory. `controller`: of the boot volume (btl_plan_stages_all).
bool btl_attempt_stage(struct btl_attempt *attempt, struct btl_str controller);
// The early arena, the stack, the backing store of the register stack -> ranges of the window.
bool btl_attempt_reserve(struct btl_attempt *attempt);

// What the driver needs beside the steps.

// The volume as btl_boot_fallback() looks at it.
struct btl_boot_volume btl_boot_view(struct btl_boot *boot);

// Does the boot go on with another configuration when this attempt fails, without a person?
bool btl_attempt_falls_back(const struct btl_attempt *attempt);
// Make the fallback the next choice. False: no memory. `arena` outlives the attempt.
bool btl_attempt_activate_fallback(const struct btl_attempt *attempt, struct btl_arena *arena);
// Is the configuration booted as its file has it? Only then it can prove itself.
bool btl_attempt_is_unchanged(const struct btl_attempt *attempt);
// Was a try of this configuration counted in this boot?
bool btl_attempt_is_counted(const struct btl_attempt *attempt);
// Does the kernel get the file of this module in memory? Valid after btl_attempt_stage().
bool btl_attempt_is_staged(const struct btl_attempt *attempt, uint32_t module);
// The entry of module `index`, which exists once its file was wanted. NULL: no memory.
struct btl_attempt_module *btl_attempt_module(struct btl_attempt *attempt, uint32_t index);
// Report no-memory. Returns false, so that a step can return it.
bool btl_attempt_no_memory(struct btl_attempt *attempt, const char *doing);
// The first diagnostic, or the first error, that was added after `before` (diags.last of that
// time).
const struct btl_diag *btl_diag_since(const struct btl_diags *diags, const struct btl_diag *before);
const struct btl_diag *btl_error_since(const struct btl_diags *diags,
                                       const struct btl_diag *before);
// The last line of BtlFailed's text; may be empty.
struct btl_str btl_boot_failed_line(const struct btl_boot_state *state);

#endif
