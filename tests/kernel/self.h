// SPDX-License-Identifier: BSD-2-Clause
// Modules as the loader links them. Their image is the test program itself: code, constants and
// data are in the order of an image, and the load function can be called.
#ifndef TEST_KERNEL_SELF_H
#define TEST_KERNEL_SELF_H

#include "world.h"

#include <btl/module.h>

#define SELF_GREETING 8

// The module's tunables depth (-5 to 64), loud, greeting; its wrapper, for tests to damage.
extern int64_t self_depth;
extern bool self_loud;
extern char self_greeting[SELF_GREETING];
extern struct btl_tunable self_tunables[3];
extern struct btl_wrapper self_wrapper;

// Result and arguments of its load function.
extern int self_load_result, self_load_calls;
extern struct btl_load_args self_seen;
extern char self_seen_name[32], self_seen_flags[32];
extern const void *self_seen_running;

// Before and after each test.
int self_begin(void **state);
int self_end(void **state);

// Add a phase-1 module to the world. Return its id.
uint32_t self_module(const char *name);
// Seal the world; make the registry and register the modules.
void self_start(void);
// Check that the module fails, for this reason, before its load function is called, and that the
// heap grows by the reason alone.
void self_assert_fails(uint32_t id, const char *code);

#endif
