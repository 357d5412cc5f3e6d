// SPDX-License-Identifier: BSD-2-Clause
// Which configuration the loader would boot now, as far as configurations and records say it:
// whether kernel and modules can be loaded, btl check knows.
#ifndef BTL_HOST_NEXT_BOOT_H
#define BTL_HOST_NEXT_BOOT_H

#include <btl/configurations.h>

#include "boot.h"
#include "boot_entry.h"
#include "volume/volume.h"

struct configuration {
    struct btl_str path;
    bool there, good; // could be read; is without errors
    uint8_t sha256[32];
    uint32_t tries;
    enum btl_trial trial;
    uint32_t tries_left;   // of BTL_TRIAL_COUNTED, before the boot
    struct btl_str reason; // why it is not booted, or would not be if there was another; empty
};

struct next_boot {
    // What the loader would look at, in that order; the last one is booted.
    struct configuration tried[BTL_TRIED_MAX + 1];
    size_t count;
    bool once;               // BtlNext named the first one
    bool asked;              // the boot entry named it
    struct boot_entry entry; // that starts the loader
    struct btl_str fallback; // what is booted when that one fails; empty: nothing
    // Where the volume has the texts that the kernel has given up, in the order of BtlFailed;
    // empty: nowhere.
    struct btl_str given_up[BTL_GIVEN_UP_MAX];
};

// `boot`: its volume is open.
void next_boot(struct boot *boot, struct variables *variables, struct next_boot *ret_next);
// One configuration, boot->path.
void configuration_read(struct boot *boot, const struct btl_boot_state *state,
                        struct configuration *ret);

#endif
