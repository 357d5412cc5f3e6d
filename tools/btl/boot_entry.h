// SPDX-License-Identifier: BSD-2-Clause
// The firmware's boot entry that starts the loader of a volume, with the options that it gives it.
#ifndef BTL_HOST_BOOT_ENTRY_H
#define BTL_HOST_BOOT_ENTRY_H

#include "variables/variables.h"
#include "volume/volume.h"

struct boot_entry {
    bool there;             // else the rest says nothing
    const char *name;       // "Boot0003"
    struct btl_str title;   // as the firmware shows it
    struct btl_str options; // as they stand there, as far as they are text
    struct btl_str config;  // of them: -c FILE; empty: not given
    uint32_t others;        // entries that the firmware tries first
};

// The first one, in the order in which the firmware tries them, that names a file of this volume
// which is a BTL loader. One that names a device alone starts the device's default loader, without
// options.
void boot_entry_find(struct variables *variables, struct volume *volume,
                     struct boot_entry *ret_entry);

#endif
