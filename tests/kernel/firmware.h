// SPDX-License-Identifier: BSD-2-Clause
// A firmware with runtime services, reached as the kernel reaches one: through the page tables that
// efi_runtime.c makes. It fails the test when it is called in another address space, or is handed
// an address that is not mapped there.
#ifndef TEST_KERNEL_FIRMWARE_H
#define TEST_KERNEL_FIRMWARE_H

#include "world.h"

#define FIRMWARE_VARIABLES 4

struct firmware_variable {
    char name[32]; // empty: not there
    uint8_t data[4096];
    uint64_t size;
    uint32_t attributes;
};

struct firmware {
    struct firmware_variable variable[FIRMWARE_VARIABLES];
    uint64_t get_status, set_status; // not 0: what the services answer
    bool lies;                       // about the size that it read
    uint32_t gets, sets, resets;     // calls
    void (*during)(void);            // called in the middle of a call
    uint64_t table, code;            // where they lie
};
extern struct firmware firmware;

// Once for a test program, since efi_runtime.c makes its address space once: memory, an empty
// world, and in its memory map the firmware.
int firmware_group_begin(void **state);
int firmware_group_end(void **state);
// Before each test: as at first, but for the address space.
int firmware_begin(void **state);

struct firmware_variable *firmware_find(const char *name); // NULL: not there
void firmware_store(const char *name, const void *data, uint64_t size, uint32_t attributes);

#endif
