// SPDX-License-Identifier: BSD-2-Clause
// A boot volume with module files whose names, versions and dependencies the test chooses. Names
// have four letters.
#ifndef TEST_KERNEL_SHOP_H
#define TEST_KERNEL_SHOP_H

#include "lab.h"

#define SHOP_FILES 16

// What differs from a file without dependencies and interfaces. NULL: none.
struct shop_item {
    const char *name, *version; // version: three bytes, default 1.0
    const char *depends[2];
    const char *needs, *provides; // interface, of four letters; version 1.0
    const char *exports;          // shop_mine, where this is mine; four letters; NULL: its name
    char major;                   // of a driver of character devices: '0' to '9'; 0: no driver
};

void shop_begin(void); // the volume is mounted
void shop_end(void);
// Put a file there, in place of the one before.
void shop_put(const char *path, struct shop_item item);
void shop_put_guest(const char *path, const char *guest); // as it was compiled
void shop_cut(const char *path, uint64_t size);           // only its first bytes
void shop_remove(const char *path);
void shop_fail(const char *path, int error); // of reading it

#endif
