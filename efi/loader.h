// SPDX-License-Identifier: BSD-2-Clause
// The state of one boot, and its steps. The steps stand here in the order in which run() takes
// them; each fills in its part of the state and uses only what the steps before it have filled in.
// A step that returns false has reported why, or is the last one that was asked for (`done`).
#ifndef BTL_EFI_LOADER_H
#define BTL_EFI_LOADER_H

#include <btl/config.h>
#include <btl/kernel_image.h>
#include <btl/manifest_writer.h>
#include <btl/plan.h>

#include "clock.h"
#include "log.h"
#include "memory_map.h"
#include "pages.h"

// A file as it was read: once, in one call, hashed where it lies.
struct file {
    struct btl_str path;
    struct btl_bytes bytes;
    uint64_t physical, size; // of its pages
    uint64_t taken;          // its place in the list of pages
    uint8_t sha256[32];
};

struct kernel {
    struct file file;
    struct btl_elf elf;
    struct btl_modinfo info;
    struct btl_kernel_image image;
    uint64_t physical;
    uint64_t read_time; // nanoseconds
};

// What the loader has of a planned module.
struct module {
    struct file file;
    struct btl_elf elf;
    struct btl_modinfo info;
    struct btl_image image;
    uint64_t read_time; // nanoseconds
    bool opened;        // file and elf are there
    bool laid_out;      // image has its sizes
    bool linked;
};

// A range of the window and the memory behind it.
struct range {
    uint64_t address, physical, size;
};

// What the load options ask for.
struct options {
    struct btl_str config; // path of loader.conf
    struct btl_str save;   // path for the manifest; empty: not given
    bool help, dry_run, verbose, pages;
};

struct loader {
    struct firmware *fw;
    struct fw_facts facts;
    struct pages pages;
    struct btl_arena arena; // of pages; everything below lives in it or in files
    struct btl_diags diags;
    struct log log;
    struct clock clock;
    struct timeline timeline;
    uint8_t seed[64];
    bool seeded;

    struct options options;
    struct volume *volume; // open until all files are read
    struct btl_config config;
    struct kernel kernel;
    // What will be loaded, in which order, and what not and why. Until kernel_place() nothing has
    // been done about it: here a menu may change the settings in `config` and plan anew.
    struct btl_plan plan;
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
    bool done;                   // a step that returned false has not failed: nothing is left to do
    bool stop_resets;    // instead of a return to the firmware
    struct btlm_volume volume_record;
    bool stage_all;      // INIT and AUTO modules too
    bool half_shut_down; // boot services: exit_boot_services was called, and failed
};

bool options_read(struct loader *loader);       // load options -> options
bool config_read(struct loader *loader);        // loader.conf -> config
bool kernel_open(struct loader *loader);        // kernel file -> kernel.elf, kernel.info
bool modules_read(struct loader *loader);       // module files -> metadata
bool modules_plan(struct loader *loader);       // -> order, phases, verdicts
bool kernel_place(struct loader *loader);       // kernel -> memory, its place in the window
bool phase1_link(struct loader *loader);        // phase-1 modules -> linked images
bool modules_stage(struct loader *loader);      // the other registered modules -> staged files
bool space_build(struct loader *loader);        // early arena, stack, page tables
bool manifest_write(struct loader *loader);     // everything above -> one record
bool manifest_save(struct loader *loader);      // -> a file, when that is asked for
bool dry_run_end(struct loader *loader);        // the record on the console, when that is all
bool boot_services_exit(struct loader *loader); // final memory map into it; the firmware is left

// ---------------------------------------------------------------------------- shared by the steps

// Why a file could not be read. `code` is one of the file-... codes.
struct file_problem {
    enum btl_code code;
    fw_status status;
    uint64_t expected, got; // bytes
};

bool file_read(struct loader *loader, struct btl_str path, uint64_t max, struct file *ret_file,
               struct file_problem *ret_problem);
void file_report(struct loader *loader, struct btl_place place, const struct file_problem *problem);

// The firmware's memory map of now goes into the manifest, which is unsealed when that changes it.
// Takes nothing. False: reported.
bool manifest_take_map(struct loader *loader);
// Nothing of the manifest may change after this, but by manifest_take_map().
void manifest_seal(struct loader *loader, uint64_t exit_start);
// Writes it anew, unsealed, with what was said since.
bool manifest_write_again(struct loader *loader);

// The first diagnostic that was added after `before` (diags.last of that time).
const struct btl_diag *first_since(const struct loader *loader, const struct btl_diag *before);
// Reports no-memory; always false, so that a step can return it.
bool out_of_memory(struct loader *loader, const char *doing);
// Does the kernel get the file of this module in memory? Known after modules_stage().
bool module_is_staged(const struct loader *loader, uint32_t index);
// Fails the step when a required module cannot be loaded.
bool required_loaded(struct loader *loader);
// What the kernel needs to start.
void handoff_fill(const struct loader *loader, struct handoff *ret);
// Takes cleared memory and the next place in the window for it, `guard` bytes further up.
bool window_take(struct loader *loader, uint64_t size, uint64_t guard,
                 enum btlm_memory_type purpose, const char *what, struct range *ret_range);

#endif
