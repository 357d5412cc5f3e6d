// SPDX-License-Identifier: BSD-2-Clause
// The static module of the tests, `built`: its parts are sections of the test program, as the
// build makes them of the kernel.
#include "statics.h"

#include "base/images.h"

#include <btl/kernel.h>

// gcc leaves variables in sections of their own alone.
#ifdef __clang__
#define NO_ASAN , no_sanitize("address")
#else
#define NO_ASAN
#endif
#define CODE     __attribute__((section("built_text"), used, noinline))
#define CONSTANT __attribute__((section("built_constants"), used NO_ASAN))
#define DATA     __attribute__((section("built_data"), used NO_ASAN))

extern const char __start_built_text[], __stop_built_text[];
extern const char __start_built_constants[], __stop_built_constants[];
extern const char __start_built_data[], __stop_built_data[];

int built_result;
char built_events[256];
static int64_t depth DATA = 4;
static char flags[32] DATA = "-";

static CODE int built_load(const struct btl_load_args *args)
{
    btl_format_to(flags, sizeof(flags), "%s", args->flags);
    btl_format_to(built_events, sizeof(built_events), "load %s flags=%s depth=%ld phase=%d",
                  args->name, flags, depth, args->phase);
    return built_result;
}

static CODE int built_unload(void)
{
    btl_format_to(built_events, sizeof(built_events), "unload");
    return 0;
}

CODE int built_hold(const void *of)
{
    return module_hold(of, "a user", false);
}

static const char name_depth[] CONSTANT = "depth";
static const struct btl_tunable tunables[] CONSTANT = {
    {.name = name_depth, .type = BTL_TUNABLE_INT, .storage = &depth, .min = 1, .max = 64}};
static const struct btl_wrapper wrapper CONSTANT = {.abi = BTL_MODULE_ABI,
                                                    .size = sizeof(struct btl_wrapper),
                                                    .load = built_load,
                                                    .unload = built_unload,
                                                    BTL_TUNABLES(tunables)};

static struct static_module entry __attribute__((section("btl_static"), used NO_ASAN)) = {
    "built",
    &wrapper,
    {{(uint64_t)__start_built_text, (uint64_t)__stop_built_text},
     {(uint64_t)__start_built_constants, (uint64_t)__stop_built_constants},
     {(uint64_t)__start_built_data, (uint64_t)__stop_built_data}}};

uint32_t built_module(enum btl_phase phase)
{
    uint32_t id = world_module("built", phase, BTLM_REGISTERED);

    world.module[id].registered = BTL_PHASE_BOOT2;
    world.module[id].flags |= BTLM_BUILT_IN;
    world.module[id].path = world_str("/kernel/kernel.elf");
    world.segment[0] = (struct btlm_segment){.address = entry.part[BTL_SEG_RODATA].start,
                                             .size = entry.part[BTL_SEG_RODATA].end -
                                                     entry.part[BTL_SEG_RODATA].start,
                                             .perm = BTL_PERM_READ};
    depth = 4;
    built_result = 0;
    built_events[0] = '\0';
    return id;
}
