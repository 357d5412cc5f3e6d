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
#include <btl/manifest.h>
#include <btl/plan.h>

// A file of the boot volume, read whole. Lives as long as the boot.
struct btl_boot_file {
    struct btl_str path; // on the volume
    struct btl_bytes bytes;
    uint8_t sha256[32];
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

// The boot as a whole.
struct btl_boot {
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
    struct btl_arena *arena;
    struct btl_diags *diags;
    const struct btl_diag *reason; // of a step that has returned false; NULL: nothing was reported
    const struct btl_boot_file *config_file; // NULL: it could not be read
    struct btl_config config;
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

#endif
