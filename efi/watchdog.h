// SPDX-License-Identifier: BSD-2-Clause
// The firmware's watchdog (UEFI 2.10, 7.5): it resets a machine whose loader does not get on.
// Whoever takes a step, opens a file or reads a piece of one arms it anew. It is off while a human
// has the machine, and when the loader returns; ExitBootServices ends it by itself.
#ifndef BTL_EFI_WATCHDOG_H
#define BTL_EFI_WATCHDOG_H

#include "firmware.h"

#define WATCHDOG_SECONDS 300 // as the boot manager gives each program (UEFI 2.10, 3.1.2)

fw_status watchdog_arm(struct firmware *fw);
void watchdog_off(struct firmware *fw);
// fw->wait_key, for as long as it takes.
fw_key watchdog_wait_key(struct firmware *fw, uint32_t milliseconds);

#endif
