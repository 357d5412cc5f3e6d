// SPDX-License-Identifier: BSD-2-Clause
// The module subsystem at run time, with real module files (guests/*.c), linked into memory of the
// host. They are called, and call back into the test.
#ifndef TEST_KERNEL_LAB_H
#define TEST_KERNEL_LAB_H

#define GUEST_HOST
#include "guests/guest.h"
#include "world.h"

#include "dlkm/dlkm.h"

int lab_begin(void **state);
int lab_end(void **state); // unload all modules; nothing may be left

uint64_t lab_read_guest(const char *guest, void *buffer, uint64_t size); // return its bytes
// Register an AUTO module whose file is that guest. Return its id.
uint32_t lab_module(const char *name, const char *guest, enum btl_module_type type);
// The same for a driver with these majors.
uint32_t lab_driver(const char *name, const char *guest, int char_major, int block_major);
// End all boot phases.
void lab_start(void);

extern struct host_calls *lab; // may be changed by a test
// The calls so far: "load ring;", "unload ring;", "open;" …
extern char lab_events[1024];
void lab_forget_events(void);
// Results, by id; 0 at first.
#define LAB_MODULES 128 // with those that are registered at run time
extern int lab_load_result[LAB_MODULES], lab_unload_result[LAB_MODULES];
extern int lab_event_result;

// Everything that a load may change. Snapshots before a load and after its undoing must be equal.
struct lab_snapshot {
    uint64_t bytes, allocations, free_pages, images, exports, dependents, holds, majors;
};
struct lab_snapshot lab_snapshot(void);
#define assert_snapshot(before)                                                                    \
    do {                                                                                           \
        struct lab_snapshot now_ = lab_snapshot();                                                 \
        assert_memory_equal(&now_, &(before), sizeof(now_));                                       \
    } while (0)

#endif
