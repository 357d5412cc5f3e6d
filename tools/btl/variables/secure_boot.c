// SPDX-License-Identifier: BSD-2-Clause
// The file of a virtual machine has the variables that stay: the platform key, OVMF's switch, what
// shim keeps. A running system shows those that firmware and shim make in each boot.
#include "secure_boot.h"

#include <string.h>

#define BOOT_ONLY 3u // attributes: NON_VOLATILE, BOOTSERVICE_ACCESS

static bool secure_boot_is(const struct variables *variables, enum variable_vendor vendor,
                           const char *name)
{
    struct btl_bytes data;
    uint32_t attributes;
    return variables_find(variables, vendor, name, &data, &attributes) && data.size == 1 &&
           data.at[0] == 1;
}

static enum secure_boot secure_boot_of_file(const struct variables *variables)
{
    struct btl_bytes data;
    uint32_t attributes;
    bool has_switch =
        variables_find(variables, VENDOR_OVMF, "SecureBootEnable", &data, &attributes);
    if (!variables_firmware(variables, "PK", &data))
        return has_switch ? SECURE_BOOT_SETUP : SECURE_BOOT_UNKNOWN;
    if (!secure_boot_is(variables, VENDOR_OVMF, "SecureBootEnable"))
        return SECURE_BOOT_OFF;
    if (variables_find(variables, VENDOR_SHIM, "MokSBState", &data, &attributes) &&
        attributes == BOOT_ONLY && data.size == 1 && data.at[0] == 1)
        return SECURE_BOOT_SHIM_OFF;
    return SECURE_BOOT_ENFORCED;
}

enum secure_boot secure_boot_of(const struct variables *variables)
{
    struct btl_bytes data;
    if (variables->directory < 0)
        return secure_boot_of_file(variables);
    if (!variables_firmware(variables, "SecureBoot", &data))
        return SECURE_BOOT_UNKNOWN;
    if (secure_boot_is(variables, VENDOR_FIRMWARE, "SetupMode"))
        return SECURE_BOOT_SETUP;
    if (!secure_boot_is(variables, VENDOR_FIRMWARE, "SecureBoot"))
        return SECURE_BOOT_OFF;
    return secure_boot_is(variables, VENDOR_SHIM, "MokSBStateRT") ? SECURE_BOOT_SHIM_OFF
                                                                  : SECURE_BOOT_ENFORCED;
}

const char *secure_boot_text(enum secure_boot state)
{
    static const char *const texts[SECURE_BOOTS] = {
        [SECURE_BOOT_UNKNOWN] = "these variables do not say whether Secure Boot is on",
        [SECURE_BOOT_OFF] = "Secure Boot is off: seals are not enforced",
        [SECURE_BOOT_SETUP] = "the firmware is in setup mode: seals are not enforced",
        [SECURE_BOOT_SHIM_OFF] = "shim's verification is switched off: seals are not enforced",
        [SECURE_BOOT_ENFORCED] = "Secure Boot is on: seals are enforced",
    };
    return texts[state];
}

bool secure_boot_level(const struct variables *variables, uint64_t *ret_level)
{
    struct btl_bytes data;
    uint32_t attributes;
    if (variables->directory >= 0)
        return false;
    *ret_level = 0;
    if (variables_find(variables, VENDOR_BTL, "BtlSealLevel", &data, &attributes) &&
        attributes == BOOT_ONLY && data.size == sizeof(*ret_level))
        memcpy(ret_level, data.at, sizeof(*ret_level));
    return true;
}
