// SPDX-License-Identifier: BSD-2-Clause
// The firmware's lists of boot entries, BootOrder and BootNext, and the entries that exist (UEFI
// 2.10, 3.1).
#ifndef BTL_HOST_BOOT_NUMBERS_H
#define BTL_HOST_BOOT_NUMBERS_H

#include "variables/variables.h"

// Entries by their numbers, as in Boot####.
struct boot_numbers {
    uint16_t *at;
    size_t count, capacity;
};

// Read the list of a variable; empty: there is none.
struct boot_numbers boot_numbers_read(struct variables *variables, const char *name);
// List the entries that exist, in the order of their numbers.
struct boot_numbers boot_numbers_present(struct variables *variables);
// Return the index of a number, or numbers->count.
size_t boot_numbers_find(const struct boot_numbers *numbers, uint16_t number);
void boot_numbers_insert(struct btl_arena *arena, struct boot_numbers *numbers, size_t index,
                         uint16_t number);
void boot_numbers_remove(struct boot_numbers *numbers, uint16_t number);
// Write the list; an empty one deletes the variable. False: reported.
bool boot_numbers_write(struct variables *variables, const char *name,
                        const struct boot_numbers *numbers);

#endif
