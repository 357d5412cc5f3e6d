// SPDX-License-Identifier: BSD-2-Clause
// A boot, as far as it can be taken without a machine: the steps of core (btl/attempt.h), which the
// loader takes too, and the links of later phases, which the kernel makes. Nothing stops at the
// first error: each step is taken with what the steps before it have left.
#ifndef BTL_HOST_BOOT_H
#define BTL_HOST_BOOT_H

#include <btl/attempt.h>

#include "volume/volume.h"

#define BOOT_RANGES_MAX 4 // kernel, phase 1, early arena, stack

struct boot {
    struct host *host;
    // The user's choice.
    const char *root;                       // directory or image
    struct btl_str path;                    // of loader.conf, on the volume
    const char *config_file;                // a file of the host in place of loader.conf, or NULL
    const char *machine_name, *memory_size; // the options --machine and --memory, or NULL
    const struct btl_machine *machine;      // NULL: the one whose loader is on the volume
    uint64_t memory;                        // bytes of the machine; 0: not known

    struct volume volume;
    struct btl_boot core;
    struct btl_attempt attempt;
    bool kernel_good; // it has its place in the window
    bool judged;      // boot-required or boot-given-up was reported
    uint64_t bytes;   // of memory that the loader allocates for all this
    struct boot_range {
        void *memory;
        size_t size;
    } ranges[BOOT_RANGES_MAX]; // that stand in for the firmware's pages
    size_t range_count;
};

// Options of every command that looks at a boot, for parse_options(); boot_parse_options() parses
// their values. False: reported.
#define BOOT_OPTIONS(boot)                                                                         \
    {.word = "volume", .letter = 'C', .value = &(boot)->root},                                     \
        {.word = "config", .letter = 'c', .value = &(boot)->config_file},                          \
        {.word = "machine", .value = &(boot)->machine_name},                                       \
    {                                                                                              \
        .word = "memory", .value = &(boot)->memory_size                                            \
    }
#define BOOT_SYNOPSIS "[-C DIR|IMAGE] [-c FILE] [--machine M] [--memory SIZE]"
#define BOOT_HELP                                                                                  \
    "  -C, --volume DIR|IMAGE  the boot volume: a directory, a FAT image, or a GPT disk image\n"   \
    "                          (its EFI system partition); default: where loader.conf lies, "      \
    "else\n"                                                                                       \
    "                          the current directory\n"                                            \
    "  -c, --config FILE       take FILE of this machine for the volume's loader.conf\n"           \
    "      --machine M         x86-64 or ia64; default: by the loader in EFI/BOOT, else x86-64\n"  \
    "      --memory SIZE       memory of the machine, such as 128M: is it enough?\n"
bool boot_parse_options(struct boot *boot);
// Take the argument loader.conf, if there is one (NULL: none). Call it after the options.
void boot_argument(struct boot *boot, const char *argument);

// Open the volume. False: reported, and there is nothing to go on with.
bool boot_open(struct boot *boot);
void boot_close(struct boot *boot);

// Take all steps with the configuration that was chosen.
void boot_steps(struct boot *boot);
// The same with a text in place of the configuration's. `name`: of its file, in messages.
void boot_steps_with(struct boot *boot, struct btl_str name, struct btl_str text);
// boot_open() and boot_steps().
bool boot_run(struct boot *boot);

// ------------------------------------------------------------ for btl check --module and btl state

// The volume and this machine, as core sees them.
extern const struct btl_boot_driver volume_driver;
// Begin an attempt with another driver. `owner`: its own, which begins with a struct boot.
void boot_attempt_begin(struct boot *boot, const struct btl_boot_driver *driver, void *owner);
// The steps after the configuration. A kernel without a file has its place already (kernel_good).
void boot_steps_after_configuration(struct boot *boot);
// A host's file as core takes it; `hashed`: with its SHA-256.
const struct btl_boot_file *boot_file(struct boot *boot, struct btl_str path,
                                      struct btl_bytes bytes, bool hashed);

#endif
