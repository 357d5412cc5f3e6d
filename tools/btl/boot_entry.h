// SPDX-License-Identifier: BSD-2-Clause
// The firmware's boot entry that starts the loader of a volume, and the loader's options in it.
#ifndef BTL_HOST_BOOT_ENTRY_H
#define BTL_HOST_BOOT_ENTRY_H

#include "variables/load_option.h"
#include "variables/variables.h"
#include "volume/volume.h"

struct boot_entry {
    bool valid;             // false: the other fields have no meaning
    const char *name;       // "Boot0003"
    struct btl_str title;   // as the firmware shows it
    struct btl_str options; // UTF-8; empty: none, or not text
    bool options_not_text;  // the loader ignores them
    struct btl_str config;  // FILE of the option -c; empty: not given
    uint32_t others;        // entries that the firmware tries first
};

// Find the first entry, in the order in which the firmware tries them, whose file is a BTL loader
// on this volume. An entry without a file starts the device's default loader, without options.
void boot_entry_find(struct variables *variables, struct volume *volume,
                     struct boot_entry *ret_entry);
// Return the path of the file that an entry starts, with '/' for the firmware's '\'.
struct btl_str boot_entry_file_path(struct btl_arena *arena, const struct load_option *option);

#endif
