// SPDX-License-Identifier: BSD-2-Clause
// A boot volume for the planner: a loader.conf and modules described in a line each.
//
//     struct plan_world world;
//     world_begin(&world, "a_load=\"YES\"\n");
//     world_module(&world, "a phases=BOOT1,RUN depends=b,c needs=kernel:1.0");
//     world_module(&world, "b provides=ring:1.2 type=misc parms=depth,size file=/other/b.ko");
//     world_plan(&world);
//     assert_plan(&world, "BOOT1: b<a a; INIT: c; ready: d; off: e; failed: f");
//     assert_codes(&world.memory, &world.diags, "");
//     world_end(&world);
//
// A module's file is /modules/NAME.ko unless `file` says
// otherwise; `is` gives the name in its metadata where that is another one. `vermagic` makes it a
// module of Linux. "b<a" is a module that
// a pulled.
#ifndef BTL_PLAN_WORLD_H
#define BTL_PLAN_WORLD_H

#include <btl/plan.h>

#include "btl_test.h"

struct world_file {
    const char *path;
    struct btl_modinfo info;
    struct world_file *next;
};

struct plan_world {
    struct test_memory memory; // what the planner gets, and nothing else
    struct test_memory own;    // configuration, metadata, texts
    struct btl_diags config_diags, diags;
    struct btl_config config;
    struct btl_modinfo kernel;
    struct btl_plan plan;
    struct world_file *files;
    bool begun, ordered; // what btl_plan_begin() and btl_plan_order() returned
};

void world_begin(struct plan_world *world, const char *conf);
void world_module(struct plan_world *world, const char *description);
// What the kernel provides: "kernel:1.2,console:2.0".
void world_kernel(struct plan_world *world, const char *provides);
// The kernel is Linux; `builtin` is its modules.builtin.
void world_linux(struct plan_world *world, const char *release, const char *builtin);
// The modules in the kernel's file: "ring,clock". Their metadata come from world_module() too.
void world_statics(struct plan_world *world, const char *names);
// Lets the planner have only that many allocations; before world_plan().
void world_limit(struct plan_world *world, size_t allocations);
void world_collect(struct plan_world *world); // all but btl_plan_order()
void world_plan(struct plan_world *world);
void world_end(struct plan_world *world);

uint32_t world_index(const struct plan_world *world, const char *name);
struct btl_planned *world_planned(const struct plan_world *world, const char *name);
void world_fail(struct plan_world *world, const char *name);
const char *world_text(struct plan_world *world);
// What all messages of the plan say, one a line.
const char *world_messages(struct plan_world *world);
// The file of that path, or NULL.
const struct btl_modinfo *world_file(const struct plan_world *world, struct btl_str path);

#define assert_plan(world, expected) assert_string_equal(world_text(world), (expected))

#endif
