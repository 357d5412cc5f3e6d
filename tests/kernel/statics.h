// SPDX-License-Identifier: BSD-2-Clause
// A static module on the host: linked into the test program.
#ifndef TEST_KERNEL_STATICS_H
#define TEST_KERNEL_STATICS_H

#include "world.h"

// Add the static module `built`, which has the tunable `depth` (1 to 64), to the world. Return its
// id.
uint32_t built_module(enum btl_phase phase);
extern int built_result;        // of its load function
extern char built_events[256];  // its last call
int built_hold(const void *of); // call module_hold() in its code

#endif
