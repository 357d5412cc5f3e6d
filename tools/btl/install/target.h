// SPDX-License-Identifier: BSD-2-Clause
// What btl install and btl uninstall share: the EFI system partition, the loader's path on it, and
// the variables of the firmware.
#ifndef BTL_HOST_TARGET_H
#define BTL_HOST_TARGET_H

#include "own_entry.h"
#include "volume/volume.h"

struct target {
    struct host *host;
    const char *esp, *disk, *efivars; // of the options, or NULL
    bool print;                       // change nothing

    struct volume volume;
    struct variables variables;
};

#define TARGET_OPTIONS(target)                                                                     \
    {.word = "esp", .value = &(target)->esp}, {.word = "disk", .value = &(target)->disk},          \
        {.word = "efivars", .value = &(target)->efivars},                                          \
    {                                                                                              \
        .word = "print", .flag = &(target)->print                                                  \
    }
#define TARGET_SYNOPSIS "[--esp DIR|IMAGE] [--disk DISK] [--efivars DIR] [--print]"
#define TARGET_HELP                                                                                \
    "      --esp DIR|IMAGE     the EFI system partition; default: the one that is mounted at\n"    \
    "                          /efi, /boot/efi or /boot\n"                                         \
    "      --disk DISK         the disk, or an image, on which that is the first EFI system\n"     \
    "                          partition; default: the one that Linux names\n"                     \
    "      --efivars DIR       where Linux shows the UEFI variables; default:\n"                   \
    "                          " VARIABLES_DEFAULT "\n"                                            \
    "      --print             print what would be done and change nothing\n"

// Open the volume. False: reported.
bool target_open_volume(struct target *target);
// Open the variables for writing, and refuse firmware of 32 bits. False: reported.
bool target_open_variables(struct target *target);
// Find the partition of the volume. False: reported.
bool target_find_partition(struct target *target, struct load_option_partition *ret_partition);
void target_close(struct target *target);

#endif
