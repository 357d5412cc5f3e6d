// SPDX-License-Identifier: BSD-2-Clause
// The firmware's watchdog (UEFI 2.10, 7.5) resets a machine whose loader hangs. Each step, each
// open and each read of a piece of a file arms it again. It is off while a person uses the machine
// and when the loader returns; ExitBootServices disables it.
#ifndef BTL_EFI_WATCHDOG_H
#define BTL_EFI_WATCHDOG_H

#include "firmware.h"

#define WATCHDOG_SECONDS 300 // as the boot manager sets it (UEFI 2.10, 3.1.2)

fw_status watchdog_arm(struct firmware *fw);
void watchdog_off(struct firmware *fw);
// Call fw->wait_key with the watchdog off.
fw_key watchdog_wait_key(struct firmware *fw, uint32_t milliseconds);

#endif
