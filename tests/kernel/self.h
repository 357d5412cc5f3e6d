// SPDX-License-Identifier: BSD-2-Clause
// Modules whose image is the test program itself: its code, its constants and its data lie in the
// order that an image has, and its load function can be called. What the loader would have linked.
#ifndef TEST_KERNEL_SELF_H
#define TEST_KERNEL_SELF_H

#include "world.h"

#include <btl/module.h>

#define SELF_GREETING 8

// What the module has: tunables depth (-5 to 64), loud, greeting; its wrapper, to be spoiled.
extern int64_t self_depth;
extern bool self_loud;
extern char self_greeting[SELF_GREETING];
extern struct btl_tunable self_tunables[3];
extern struct btl_wrapper self_wrapper;

// What its load function returns, and what it was given.
extern int self_load_result, self_load_calls;
extern struct btl_load_args self_seen;
extern char self_seen_name[32], self_seen_flags[32];
extern const void *self_seen_running;

// Before and after each test.
int self_begin(void **state);
int self_end(void **state);

// Adds a phase-1 module to the world; its id.
uint32_t self_module(const char *name);
// Ends the making of the world: registry and registration.
void self_start(void);
// The module fails, for this reason, before its load function is called; the heap holds no more
// than before but the reason itself.
void self_assert_fails(uint32_t id, const char *code);

#endif
