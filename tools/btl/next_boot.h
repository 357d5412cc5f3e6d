// SPDX-License-Identifier: BSD-2-Clause
// The configuration that the loader would boot now, judged by configurations and records alone.
// btl check also judges kernel and modules.
#ifndef BTL_HOST_NEXT_BOOT_H
#define BTL_HOST_NEXT_BOOT_H

#include <btl/configurations.h>

#include "boot.h"
#include "boot_entry.h"
#include "volume/volume.h"

struct configuration {
    struct btl_str path;
    bool readable, good; // good: without errors
    uint8_t sha256[32];
    uint32_t tries;
    enum btl_trial trial;
    uint32_t tries_left;   // of BTL_TRIAL_COUNTED, before the boot
    struct btl_str reason; // for booting another one, if there is one; empty: none
};

struct next_boot {
    // The configurations that the loader would try, in order; the last one is booted.
    struct configuration tried[BTL_TRIED_MAX + 1];
    size_t count;
    bool once;               // BtlNext named the first one
    bool asked;              // the boot entry named it
    struct boot_entry entry; // that starts the loader
    struct btl_str fallback; // booted if the last one fails; empty: none
    // Paths of the texts that the kernel gave up, in the order of BtlFailed; empty: not on the
    // volume.
    struct btl_str given_up[BTL_GIVEN_UP_MAX];
    // Where the volume has the text of BtlGood: the recorded path, if the text is still there;
    // empty: nowhere, or there is no record.
    struct btl_str good;
};

// Choose as the loader would. The volume of `boot` is open.
void next_boot(struct boot *boot, struct variables *variables, struct next_boot *ret_next);
// Judge one configuration, boot->path.
void configuration_read(struct boot *boot, const struct btl_boot_state *state,
                        struct configuration *ret);

#endif
