// SPDX-License-Identifier: BSD-2-Clause
// btl list --planned: what a boot ran, what loader.conf says now, and what the running system has
// queued, side by side.
#ifndef BTL_HOST_LIST_PLANNED_H
#define BTL_HOST_LIST_PLANNED_H

#include "boot.h"

// Print the table after boot_run(). `saved`: the manifest of the boot; empty: the one that the
// loader has saved on the volume. `efivars`: where the variables are; NULL: this machine's. False:
// reported.
bool list_planned(struct boot *boot, const char *saved, const char *efivars);

#endif
