// SPDX-License-Identifier: BSD-2-Clause
// Does the loader enforce seals on the machine of these variables (efi/trust.c)?
#ifndef BTL_HOST_SECURE_BOOT_H
#define BTL_HOST_SECURE_BOOT_H

#include "variables.h"

enum secure_boot {
    SECURE_BOOT_UNKNOWN, // the variables do not say
    SECURE_BOOT_OFF,
    SECURE_BOOT_SETUP,    // the firmware accepts keys without a signature
    SECURE_BOOT_SHIM_OFF, // shim verifies nothing
    SECURE_BOOT_ENFORCED,
    SECURE_BOOTS
};

enum secure_boot secure_boot_of(const struct variables *variables);
// A sentence without a full stop: "Secure Boot is on: seals are enforced".
const char *secure_boot_text(enum secure_boot state);
// The level below which seals are refused. False: not known, because a running system cannot see
// the variable.
bool secure_boot_level(const struct variables *variables, uint64_t *ret_level);

#endif
