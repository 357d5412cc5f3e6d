// SPDX-License-Identifier: BSD-2-Clause
// An independent reader of x86-64 page tables.
#ifndef WALK_H
#define WALK_H

#include <stdbool.h>
#include <stdint.h>

struct walk {
    uint64_t root;
    bool five_levels;
};

struct mapping {
    uint64_t physical, size; // of the page that holds the address; its start
    bool write, execute;
};

// Translate `address` as the processor would. False: not mapped.
bool walk_find(const struct walk *walk, uint64_t address, struct mapping *ret);

// Calls `see` for every leaf, with its virtual address; returns the number of leaves.
uint64_t walk_all(const struct walk *walk,
                  void (*see)(void *context, uint64_t address, const struct mapping *mapping),
                  void *context);

#endif
