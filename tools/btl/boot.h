// SPDX-License-Identifier: BSD-2-Clause
// A boot without a machine: the loader's steps (btl/attempt.h), and the links of later phases,
// which the kernel makes. No step stops at the first error: each step uses the results of the steps
// before it.
#ifndef BTL_HOST_BOOT_H
#define BTL_HOST_BOOT_H

#include <btl/attempt.h>

#include "volume/volume.h"

#define BOOT_RANGES_MAX 4 // kernel, phase 1, early arena, stack

// A file of the volume as it will be, in place of the one that is there.
struct boot_overlay {
    struct btl_str path;
    struct btl_bytes bytes;
    bool absent;         // there will be no such file
    struct btl_str name; // in messages; empty: that of the path
    const struct boot_overlay *next;
};

struct boot {
    struct host *host;
    // The user's choice.
    const char *root;                       // directory or image
    struct btl_str path;                    // of loader.conf, on the volume
    const char *config_file;                // a file of the host in place of loader.conf, or NULL
    const char *kernel_file;                // in place of the kernel: a file of the host, or NULL
    struct btl_bytes kernel_bytes;          // its content
    const char *machine_name, *memory_size; // the options --machine and --memory, or NULL
    const struct btl_machine *machine;      // NULL: the one whose loader is on the volume
    uint64_t memory;                        // bytes of the machine; 0: unknown
    const struct boot_overlay *overlay;     // or NULL
    bool sees_seal;                         // the steps compare files with the seal

    struct volume volume;
    struct btl_boot core;
    struct btl_attempt attempt;
    struct boot_reads {
        const struct btl_boot_file **files; // each file of the configuration that was read
        size_t count, capacity;
    } reads;
    bool kernel_good; // the kernel has its place in the window
    bool judged;      // boot-required or boot-given-up was reported
    uint64_t bytes;   // of memory that the loader allocates
    struct boot_range {
        void *memory;
        size_t size;
    } ranges[BOOT_RANGES_MAX]; // in place of the firmware's pages
    size_t range_count;
};

// Options of every command that runs the steps, for parse_options(); boot_parse_options() parses
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
    "  -C, --volume DIR|IMAGE  the boot volume: a directory, a FAT image, or a disk image\n"       \
    "                          (its EFI system partition); default: the directory of "             \
    "loader.conf,\n"                                                                               \
    "                          or the current one\n"                                               \
    "  -c, --config FILE       use FILE of this machine in place of the volume's loader.conf\n"    \
    "      --machine M         " BTL_MACHINE_NAMES                                                 \
    "; default: by the loader in EFI/BOOT, else x86-64\n"                                          \
    "      --memory SIZE       memory of the machine, such as 128M; too little is an error\n"
bool boot_parse_options(struct boot *boot);
// Choose volume and configuration by the argument: loader.conf, or an image (NULL: none). Call it
// after the options.
void boot_argument(struct boot *boot, const char *argument);

// Open the volume. False: reported.
bool boot_open(struct boot *boot);
void boot_close(struct boot *boot);

// Run all steps with the chosen configuration.
void boot_steps(struct boot *boot);
// Run them with `text` in place of the configuration's. `name`: of its file, in messages.
void boot_steps_with(struct boot *boot, struct btl_str name, struct btl_str text);
// Call boot_open() and boot_steps().
bool boot_run(struct boot *boot);

// ------------------------------------------------------------ for btl check --module and btl state

// The callbacks of core/boot for the volume and this machine.
extern const struct btl_boot_driver volume_driver;
// Begin an attempt with `driver`. `owner`: of its callbacks; begins with a struct boot.
void boot_attempt_begin(struct boot *boot, const struct btl_boot_driver *driver, void *owner);
// Run the steps after the configuration. A kernel without a file has its place already
// (kernel_good).
void boot_steps_after_configuration(struct boot *boot);
// Return the file as core/boot uses it.
const struct btl_boot_file *boot_file(struct boot *boot, struct btl_str path,
                                      struct btl_bytes bytes);

#endif
