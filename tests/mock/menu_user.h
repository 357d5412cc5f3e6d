// SPDX-License-Identifier: BSD-2-Clause
// A user in the menu of an ordinary boot.
#ifndef MOCK_MENU_USER_H
#define MOCK_MENU_USER_H

#include "mock.h"

// To the page of the module that is listed after so many others: "{down}{down}".
#define MODULE(downs) "{right}" downs "{enter}"

// The ordinary machine, with the menu requested.
struct mock *menu_begin(const char *keys);
// Boots by the keys, all of them, with nothing to complain about; the manifest that the kernel got.
void menu_boot(struct mock *mock, struct btl_manifest *ret);
// Fail the test unless the loader returns because the user has left the menu, with all keys used.
void menu_leave(struct mock *mock);
// BTLM_BOOT_ of the boot.
uint32_t menu_boot_flags(const struct btl_manifest *manifest);

#endif
