// SPDX-License-Identifier: BSD-2-Clause
// The steps of a boot, from the choice of a configuration to linked phase-1 modules. The loader
// runs them on a machine, `btl` on a directory or a disk image. The differences are callbacks
// (struct btl_boot_driver).
//
// A boot is a series of attempts. Each attempt runs the steps below, in order, with one choice. A
// step fills in its part of struct btl_attempt and reads the parts of earlier steps. A step that
// returns false has reported the reason to attempt->diags.
#ifndef BTL_ATTEMPT_H
#define BTL_ATTEMPT_H

#include <btl/aslr.h>
#include <btl/config.h>
#include <btl/configurations.h>
#include <btl/kernel_image.h>
#include <btl/limine_kernel.h>
#include <btl/machine.h>
#include <btl/manifest.h>
#include <btl/measure.h>
#include <btl/pe.h>
#include <btl/plan.h>
#include <btl/seal.h>

BTL_BEGIN_DECLS

#define BTL_MODULE_DIRECTORIES_MAX 16 // of module_path that exist and are searched

// A file of the boot volume, read completely. Valid until the end of the boot.
struct btl_boot_file {
    struct btl_str path; // on the volume
    struct btl_bytes bytes;
    uint8_t sha256[32]; // valid when `hashed`: btl_boot_file_sha256()
    bool hashed;
    uint64_t read_start, read_end; // nanoseconds since the loader started; in `btl` 0
};

// The reason why a file could not be read.
struct btl_file_problem {
    enum btl_code code;     // file-…, seal-…, or BTL_CODES: already reported
    struct btl_str status;  // the firmware's or the system's text; of seal-… the seal
    uint64_t expected, got; // bytes, see diag.def
};
void btl_file_report(struct btl_diags *diags, struct btl_place place,
                     const struct btl_file_problem *problem);

// The result for the kernel or a module: one row of the table that the loader prints.
enum btl_boot_outcome {
    BTL_OUTCOME_PLACED,    // the kernel
    BTL_OUTCOME_LINKED,    // a phase-1 module
    BTL_OUTCOME_STAGED,    // the kernel gets its file in memory
    BTL_OUTCOME_ON_VOLUME, // the kernel reads its file from the boot volume
    BTL_OUTCOME_BUILT_IN,  // in the kernel's file
    BTL_OUTCOME_OFF,
    BTL_OUTCOME_FAILED,
};

// The differences between the loader and `btl`. `owner` is btl_boot.owner.
struct btl_boot_driver {
    // Read a file of at most `max` bytes. NULL: *ret_problem is the reason; of a directory it is
    // BTL_FILE_IS_DIRECTORY. The result stays valid until the end of the boot.
    const struct btl_boot_file *(*read)(void *owner, struct btl_str path, uint64_t max,
                                        struct btl_file_problem *ret_problem);
    // Compute the SHA-256 of bytes. NULL: btl_sha256().
    void (*hash)(struct btl_bytes bytes, uint8_t ret_digest[BTL_AT_LEAST(32)]);
    // Have the firmware verify the signature of a seal. False: *ret_status says why not. NULL: the
    // driver enforces no seals.
    bool (*verify)(void *owner, const struct btl_boot_file *seal, struct btl_str *ret_status);
    // Return the name of a file for messages.
    struct btl_str (*name)(void *owner, struct btl_str path);
    // List the first BTL_CONFIGURATIONS_MAX configurations of the volume, in order. Return the
    // number.
    size_t (*list)(void *owner, struct btl_str **ret_paths);
    // Return the name in the directory of `path` that is nearest to the last part of `path`, both
    // without ".ko", or an empty one. NULL: the driver lists no directories, and
    // lines of modules without a file are not named.
    struct btl_str (*nearest)(void *owner, struct btl_str path);
    // Delete BtlNext. True: deleted, and its configuration may be booted.
    bool (*delete_next)(void *owner);
    // Allocate cleared memory for a range of the window. Its physical address is congruent to
    // `address` modulo `align`, and is also a valid pointer. False: no memory.
    bool (*allocate)(void *owner, enum btlm_memory_type purpose, uint64_t size, uint64_t address,
                     uint64_t align, uint64_t *ret_physical);

    // Add the exports of a kernel without a file to attempt->symtab. NULL: every kernel has a file.
    bool (*export_kernel)(void *owner);

    // Notifications. event_begin() returns the event's number, event_end() its duration in
    // nanoseconds until now; it may be called again.
    uint32_t (*event_begin)(void *owner, enum btlm_event_kind kind, uint32_t module);
    uint64_t (*event_end)(void *owner, uint32_t event, uint64_t bytes);
    // `file` was read for this attempt, or earlier.
    void (*event_read)(void *owner, enum btlm_event_kind kind, uint32_t module,
                       const struct btl_boot_file *file);
    void (*configured)(void *owner);                // attempt->config is valid
    void (*plan_grew)(void *owner, uint32_t first); // modules from `first` on are new
    // `module`: BTL_NONE for the kernel. `time`: nanoseconds of reading and linking.
    void (*done)(void *owner, uint32_t module, enum btl_boot_outcome outcome, uint64_t time);
};

// What to boot. Strings are valid until the end of the boot.
struct btl_choice {
    struct btl_str path;    // of the configuration
    enum btlm_boot_how how; // the reason for this configuration
    struct btl_str changes; // lines key="value" of the menu, for this boot only; may be empty
    bool safe;              // a safe boot: btl_config_safe()
    // Of BTLM_HOW_FALLBACK:
    struct btl_str wanted; // path of the configuration requested first
    struct btl_str reason; // its failure, one sentence
};

struct btl_counted_try {
    bool valid;
    uint8_t sha256[32]; // of the configuration
    uint32_t tries_left;
};

// A file that a Limine kernel gets as a module.
struct btl_attempt_limine_file {
    const struct btl_boot_file *file;
    struct btl_str path, string;
};

// Of a Limine kernel, when it is placed.
struct btl_attempt_limine {
    struct btl_limine_requests requests;
    struct btl_limine_wishes wishes;
    struct btl_attempt_limine_file *internal; // modules that the kernel itself asks for
    uint32_t internal_count;
};

// What the loader knows of Secure Boot, from before it reads the first file. In `btl` all 0, unless
// the UEFI variables of a machine say more.
struct btl_trust {
    bool secure_boot, setup_mode, shim;
    bool shim_off;  // shim verifies nothing (MokSBState)
    bool enforced;  // only files that a verified seal lists are used
    uint64_t level; // seals below it are revoked
};

// The boot as a whole. The driver fills in the first three members.
struct btl_boot {
    const struct btl_boot_driver *driver;
    void *owner; // the driver's
    const struct btl_machine *machine;
    bool hashes_fast;                        // driver->hash uses instructions for it
    enum btl_limine_paging_mode paging_mode; // of the machine, for Limine kernels
    struct btl_trust trust;
    bool measures;                    // into a TPM, unless the configuration says tpm="no"
    const uint8_t *seed;              // [BTL_ASLR_SEED] random bytes; NULL: none
    bool seed_absent;                 // the machine that boots has none
    bool seals_ignored;               // the caller writes the seal, or edits what it lists
    struct btl_boot_state state;      // the records of earlier boots
    struct btl_choice choice;         // of the next attempt
    uint8_t tried[BTL_TRIED_MAX][32]; // SHA-256 of configurations that failed in this boot
    uint32_t tried_count;
    struct btl_counted_try counted_try; // the try that this boot has written to BtlTrial
    bool attended; // a person is at the menu: no countdown, no automatic fallback
};

struct btl_attempt_kernel {
    const struct btl_boot_file *file;
    enum btl_kernel_kind kind;
    // Of the kinds in ELF; else without content:
    struct btl_elf elf;
    struct btl_modinfo info;
    struct btl_kernel_image image;
    // Of the kinds in PE:
    struct btl_pe pe;
    struct btl_uki uki;                   // of a unified kernel image
    struct btl_linux_image linux_image;   // of Linux, and of the kernel in a unified kernel image
    const struct btl_boot_file **initrds; // of `initrd`, in their order
    uint32_t initrd_count;
    uint64_t physical;                 // address of its memory
    uint64_t read_time;                // nanoseconds
    struct btl_attempt_limine *limine; // of a Limine kernel that is placed
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

// A file for the kernel as it is: file_NAME.
struct btl_attempt_raw_file {
    struct btl_str name; // as in raw_files of the configuration
    const struct btl_boot_file *file;
};

// The known facts about the disk of the boot volume.
struct btl_boot_disk {
    enum btlm_volume_kind layout; // how the volume lies on it
    struct btl_str controller;    // as in an alias (modinfo.h); empty: unknown, or not on PCI
};

// Can the kernel read the boot volume when INIT begins? The first thing that it lacks.
enum btl_stage_reason {
    BTL_STAGE_READABLE,
    BTL_STAGE_NO_FILES,      // a module that provides the interface fs
    BTL_STAGE_NO_LAYOUT,     // a known place of the volume on its disk
    BTL_STAGE_NO_PARTITIONS, // a module that provides gpt or mbr, for a partition of that kind
    BTL_STAGE_NO_CONTROLLER, // a known controller of the disk
    BTL_STAGE_LINUX,         // the kernel is Linux, which gets all files in its initrd
    BTL_STAGE_NO_DRIVER,     // a module with an alias for that controller
};
const char *btl_stage_reason_text(enum btl_stage_reason reason);

// A range of the kernel and module window, and the memory mapped there.
struct btl_window_range {
    uint64_t address, physical, size; // bytes
};

// The seal of the configuration.
struct btl_attempt_seal {
    struct btl_str name;              // of its file, for messages
    const struct btl_boot_file *file; // NULL: not read
    bool absent;                      // there is none
    bool opened; // `seal` is valid, and its signature was verified where it must be
    bool fits;   // the configuration is the one that the seal lists
    bool strict; // a file that the seal does not list as it is, is refused
    struct btl_seal seal;
    struct btl_diags faults; // what is wrong with the seal or the configuration
};

// One attempt to boot one choice. All pointers lead into the arena or into files.
struct btl_attempt {
    struct btl_boot *boot;
    struct btl_arena *arena;
    struct btl_diags *diags;
    const struct btl_diag *reason; // of a step that returned false; NULL: nothing reported
    const struct btl_boot_file *config_file; // NULL: unreadable
    struct btl_attempt_seal sealed;
    struct btl_config config;
    bool config_good; // readable and without errors
    struct {
        bool valid;
        struct btl_str path;
    } fallback;           // the configuration to boot when this attempt fails
    enum btl_trial trial; // known once `config` is read
    uint32_t tries_left;  // of BTL_TRIAL_COUNTED
    struct btl_attempt_kernel kernel;
    struct btl_attempt_raw_file *raw_files; // [raw_file_count]
    uint32_t raw_file_count;
    struct btl_plan plan;
    bool planned;                        // `plan` is complete
    struct btl_attempt_module **modules; // index as in plan.modules
    uint32_t module_capacity;
    uint32_t hints;                     // looked for: the nearest name of a module without a file
    bool halted;                        // a module's level is halt: no other configuration is tried
    bool stop_resets;                   // the machine is reset when the boot stops
    bool stage_all;                     // the files of INIT and AUTO modules are staged, too
    enum btl_stage_reason stage_reason; // why, with stage="auto"

    struct {
        bool on; // then:
        uint64_t numbers[BTL_ASLR_NUMBERS];
    } aslr;               // random addresses
    uint64_t window_next; // next free address of the window
    struct btl_window_range phase1, early, stack, backing_store;
    struct btl_symtab symtab;
};

// Choose the configuration of the first attempt: BtlNext, else `configured` (from the load options;
// may be empty), else BTL_CONFIG_DEFAULT.
void btl_boot_choose(struct btl_boot *boot, struct btl_str configured, bool safe,
                     struct btl_diags *diags);
// Begin an attempt at boot->choice. `arena` and `diags` outlive it.
void btl_attempt_begin(struct btl_attempt *attempt, struct btl_boot *boot, struct btl_arena *arena,
                       struct btl_diags *diags);

// The steps, in their order.

// Open the seal, parse the configuration into settings and find the fallback. Also false when the
// configuration has errors and there is a fallback.
bool btl_attempt_configure(struct btl_attempt *attempt);
// Parse `file` in place of the configuration's file. `name`: its name in messages.
bool btl_attempt_configure_file(struct btl_attempt *attempt, struct btl_str name,
                                const struct btl_boot_file *file);
// Judge the trial. False: the configuration has no tries left, or the kernel has given it up.
bool btl_attempt_judge_trial(struct btl_attempt *attempt);
// Open the kernel's file and read its metadata. Read its initrds and the files file_NAME.
bool btl_attempt_open_kernel(struct btl_attempt *attempt);
// Find the directories of module_path, read the modules' files there and add their metadata to the
// plan. Cost: one look for each directory, and for each module at most one file in each of
// BTL_MODULE_DIRECTORIES_MAX directories.
bool btl_attempt_read_modules(struct btl_attempt *attempt);
// Plan: compute order, phases and verdicts.
bool btl_attempt_plan(struct btl_attempt *attempt);
// Set the first free address of the window to the end of the kernel's image.
// btl_attempt_place_kernel() calls it; a driver whose kernel has no file calls it with
// kernel.image.base and .size filled in.
void btl_attempt_begin_window(struct btl_attempt *attempt);
// May the boot go on without the modules that failed? Called after planning and after linking.
bool btl_attempt_judge_modules(struct btl_attempt *attempt);
// Load the kernel's image to memory and choose its address in the window. A kernel that is an EFI
// program has none: the firmware loads it.
bool btl_attempt_place_kernel(struct btl_attempt *attempt);
// Link phase-1 modules against the kernel and each other.
bool btl_attempt_link(struct btl_attempt *attempt);
// Choose the files that the kernel gets in memory: with stage="auto", those of INIT and AUTO
// modules too, unless the kernel can certainly read the boot volume. Reports every module's
// outcome.
void btl_attempt_stage(struct btl_attempt *attempt, const struct btl_boot_disk *disk);
// Make this choice alone, without the outcomes.
void btl_attempt_choose_staged(struct btl_attempt *attempt, const struct btl_boot_disk *disk);
// Compute the SHA-256 of the files of this attempt, as `hash` of the configuration says: of all; or
// of the kernel of BTL's protocol, of linked modules, whose bytes are gone later, and of modules
// whose file the kernel reads again. Of all, too, if the boot is measured. Called after staging.
// Those of the configuration and of pinned files are known before.
void btl_attempt_hash(const struct btl_attempt *attempt);
// Make the events that are measured before this attempt starts its kernel. They cover the kernel,
// its initrds, the files file_NAME, those that a Limine kernel asks for, and the file of each
// module that the kernel gets or may load. Called after staging. `options`: btl_load_options.text.
// False: no memory, reported.
bool btl_attempt_measure(struct btl_attempt *attempt, struct btl_str options,
                         struct btl_measure_event events[BTL_AT_LEAST(BTL_MEASURE_EVENTS)]);
// Reserve ranges of the window for the early arena, the stack and the backing store.
bool btl_attempt_reserve(struct btl_attempt *attempt);

// Other functions for the driver.

// Bytes of the early arena: the kernel keeps an entry and a reason for each module there, before it
// has another allocator.
uint64_t btl_attempt_early_size(const struct btl_attempt *attempt);
// Return the SHA-256 of a file. The first call computes it.
const uint8_t *btl_boot_file_sha256(const struct btl_boot *boot, const struct btl_boot_file *file);
// Return the view of the volume that btl_boot_fallback() uses.
struct btl_boot_volume btl_boot_view(struct btl_boot *boot);

// Does the boot go on with the fallback when this attempt fails, without asking a person?
bool btl_attempt_falls_back(const struct btl_attempt *attempt);
// Return the reason of a failure as one sentence. `at` is NULL: no memory.
struct btl_str btl_attempt_reason(const struct btl_attempt *attempt, struct btl_arena *arena);
// Make the fallback the next choice. False: no memory. `arena` outlives the attempt.
bool btl_attempt_activate_fallback(const struct btl_attempt *attempt, struct btl_arena *arena);
// Is the configuration booted unchanged from its file? Only then its trial counts.
bool btl_attempt_is_unchanged(const struct btl_attempt *attempt);
// The allow-list of a loader that enforces seals: does the seal of this configuration permit a safe
// boot, changes in the menu, or the shell? Everything else of the menu and of the load options is
// permitted: it only looks, chooses among sealed configurations, or leaves the loader.
bool btl_attempt_permits(const struct btl_attempt *attempt, enum btl_seal_allow what);
// Was a try of this configuration counted in this boot?
bool btl_attempt_is_counted(const struct btl_attempt *attempt);
// Does the kernel get the file of this module in memory? Valid after btl_attempt_stage().
bool btl_attempt_is_staged(const struct btl_attempt *attempt, uint32_t module);
// Return the entry of module `index`, allocated on first use. NULL: no memory.
struct btl_attempt_module *btl_attempt_module(struct btl_attempt *attempt, uint32_t index);
// Report no-memory. Always returns false.
bool btl_attempt_no_memory(struct btl_attempt *attempt, const char *doing);
// Return the last line of BtlFailed's text; may be empty.
struct btl_str btl_boot_failed_line(const struct btl_boot_state *state);

BTL_END_DECLS

#endif
