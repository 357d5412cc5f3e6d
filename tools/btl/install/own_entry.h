// SPDX-License-Identifier: BSD-2-Clause
// The firmware's boot entries that start a loader on a partition of this machine.
#ifndef BTL_HOST_OWN_ENTRY_H
#define BTL_HOST_OWN_ENTRY_H

#include "boot_numbers.h"
#include "variables/load_option.h"

#define OWN_ENTRY_TITLE "BTL"

// What such an entry starts.
struct own_entry {
    struct load_option_partition partition;
    struct btl_str path;
};

// "Boot0003".
const char *own_entry_name(struct btl_arena *arena, uint16_t number);
// Return the number of the first entry from index `from` of `present` on that starts the loader, or
// present->count.
size_t own_entry_find(struct variables *variables, const struct boot_numbers *present, size_t from,
                      const struct own_entry *entry);
// Choose the number of a new entry: the smallest one that no variable and no list has. False:
// reported.
bool own_entry_choose_number(struct variables *variables, const struct boot_numbers *present,
                             const struct boot_numbers *order, uint16_t *ret_number);
bool own_entry_write(struct variables *variables, uint16_t number, const struct own_entry *entry);
// The device path of the entry, as the UEFI shell shows it.
struct btl_str own_entry_text(struct btl_arena *arena, const struct own_entry *entry);
// "BootOrder: 0003,0000: changed", for the user.
void own_entry_print_list(struct btl_arena *arena, const char *name,
                          const struct boot_numbers *numbers, const char *done);

#endif
