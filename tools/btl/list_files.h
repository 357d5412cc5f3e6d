// SPDX-License-Identifier: BSD-2-Clause
// btl list --all: every file of a module in the directories of module_path, used or not.
#ifndef BTL_HOST_LIST_FILES_H
#define BTL_HOST_LIST_FILES_H

#include "boot.h"

// Print the files after boot_run(), as a table or as JSON.
void list_files(struct boot *boot, bool json);
// Return the reason why a module is loaded, and in its phase (cmd_list.c).
struct btl_str list_reason(const struct boot *boot, uint32_t index);

#endif
