// SPDX-License-Identifier: BSD-2-Clause
// A firmware with runtime services, called through the page tables that efi_runtime.c makes. It
// fails the test if it is called in another address space, or gets an address that is not mapped
// there.
#ifndef TEST_KERNEL_FIRMWARE_H
#define TEST_KERNEL_FIRMWARE_H

#include "world.h"

#define FIRMWARE_VARIABLES 4

struct firmware_variable {
    char name[32]; // empty: not present
    uint8_t data[4096];
    uint64_t size;
    uint32_t attributes;
};

struct firmware {
    struct firmware_variable variable[FIRMWARE_VARIABLES];
    uint64_t get_status, set_status; // not 0: status that the services return
    bool lies;                       // returns a wrong size
    uint32_t gets, sets, resets;     // calls
    void (*during)(void);            // called in the middle of a call
    uint64_t table, code;            // addresses
};
extern struct firmware firmware;

// Make memory and an empty world with the firmware in its memory map. Once for a test program:
// efi_runtime.c makes its address space once.
int firmware_group_begin(void **state);
int firmware_group_end(void **state);
// Reset everything except the address space, before each test.
int firmware_begin(void **state);

struct firmware_variable *firmware_find(const char *name); // NULL: not present
void firmware_store(const char *name, const void *data, uint64_t size, uint32_t attributes);

#endif
