// SPDX-License-Identifier: BSD-2-Clause
// A boot manifest made by hand, with modules for the module subsystem.
#ifndef TEST_KERNEL_WORLD_H
#define TEST_KERNEL_WORLD_H

#include "host.h"

#include <btl/manifest.h>

#define WORLD_MODULES 16
#define WORLD_MANY    64
#define WORLD_RANGES  4

struct world {
    struct btlm_header header;
    struct btlm_system system;
    struct btlm_kernel kernel;
    struct btlm_module module[WORLD_MODULES];
    struct btlm_segment segment[1]; // of the kernel
    struct btlm_section section[WORLD_MANY];
    uint32_t depend[WORLD_MANY];
    struct btlm_export export[WORLD_MANY];
    struct btlm_tunable tunable[WORLD_MANY];
    struct btlm_interface interface[4];
    uint32_t order[WORLD_MODULES];
    struct btlm_diagnostic diagnostic[WORLD_MODULES];
    struct btlm_boot boot;
    struct btlm_volume volume;
    struct btlm_memory memory[WORLD_RANGES];
    char strings[4096];
    uint32_t string_size;
    struct btl_manifest manifest; // over the above; world_seal() fills it in
};
extern struct world world;

void world_begin(const char *kernel_options);
// Add a module without dependencies that supports all phases, planned for `phase`. Return its id.
uint32_t world_module(const char *name, enum btl_phase phase, enum btlm_state state);
// Add a dependency or a tunable to the module added last.
void world_depends(uint32_t id);
void world_tunable(const char *name, const char *value, uint32_t line);
void world_export(const char *name, uint64_t value, uint32_t owner);
void world_provides(const char *name, uint32_t owner); // version 1.0 of that interface
void world_reason(const char *text);                   // of the module added last
void world_boot(uint32_t flags); // table BOOT 1.2: /loader.conf, of that SHA-256
#define WORLD_SHA256 0x5a        // each byte
void world_memory(uint64_t start, uint64_t size, enum btlm_memory_type type);
void world_log(const char *text);    // the loader's
void world_config(const char *text); // loader.conf
struct btlm_str world_str(const char *text);
void world_seal(void);

// Images that the mocked VM has allocated.
extern uint32_t world_images;
extern bool world_vm_ready, world_seal_fails;
extern uint64_t world_released;           // freed bytes of staged files
extern struct btlm_event world_events[4]; // of the kernel's timeline
extern size_t world_event_count;
extern uint64_t world_now; // of timeline_now()

#endif
