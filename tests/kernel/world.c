// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "world.h"

#include <string.h>
#include <sys/mman.h>

#include "base/handoff.h"
#include "base/timeline.h"
#include "console/command.h"
#include "console/print.h"
#include "vm/vm.h"

struct world world;
uint32_t world_images;
bool world_vm_ready, world_seal_fails;
uint64_t world_released, world_now;

struct btlm_str world_str(const char *text)
{
    struct btlm_str str = {world.string_size, (uint32_t)strlen(text)};

    assert_true(world.string_size + str.length <= sizeof(world.strings));
    memcpy(world.strings + world.string_size, text, str.length);
    world.string_size += str.length;
    return str;
}

static void table(enum btlm_kind kind, const void *at, uint32_t entry_size, uint64_t count)
{
    world.manifest.table[kind] = (struct btlm_table){
        .kind = kind,
        .entry_size = entry_size,
        .offset = (uint64_t)((const uint8_t *)at - (const uint8_t *)&world),
        .count = count,
    };
}
#define TABLE(kind, array, number) table(BTLM_##kind, array, sizeof((array)[0]), number)

void world_begin(const char *kernel_options)
{
    memset(&world, 0, sizeof(world));
    world.system.kernel_options = world_str(kernel_options);
    world.system.config_path = world_str("/loader.conf");
    world.system.machine = 62;
    world.system.ticks_per_second = 1000000;
    world.manifest.header = &world.header;
    world.manifest.bytes = (struct btl_bytes){(const uint8_t *)&world, sizeof(world)};
    TABLE(SEGMENTS, world.segment, 1);
    TABLE(SECTIONS, world.section, 0);
    TABLE(DEPENDS, world.depend, 0);
    TABLE(EXPORTS, world.export, 0);
    TABLE(INTERFACES, world.interface, 0);
    TABLE(TUNABLES, world.tunable, 0);
    TABLE(ORDER, world.order, 0);
    TABLE(MODULES, world.module, 0);
    TABLE(DIAGNOSTICS, world.diagnostic, 0);
    TABLE(MEMORY, world.memory, 0);
    world_images = 0;
    world_vm_ready = true;
    world_seal_fails = false;
    world_released = world_now = 0;
}

static uint64_t *count(enum btlm_kind kind)
{
    return &world.manifest.table[kind].count;
}

uint32_t world_module(const char *name, enum btl_phase phase, enum btlm_state state)
{
    uint32_t id = (uint32_t)(*count(BTLM_MODULES))++;

    assert_true(id < WORLD_MODULES);
    world.module[id] = (struct btlm_module){
        .name = world_str(name),
        .supported = BTL_SUPPORTS_BOOT1 | BTL_SUPPORTS_BOOT2 | BTL_SUPPORTS_RUN,
        .configured = (uint8_t)phase,
        .phase = (uint8_t)phase,
        .registered = BTL_PHASE_BOOT1,
        .state = (uint8_t)state,
        .pulled_by = BTL_NONE,
        .reason = BTL_NONE,
        .majors = {BTL_MAJOR_NONE, BTL_MAJOR_NONE},
        .first_section = (uint32_t)*count(BTLM_SECTIONS),
        .first_depend = (uint32_t)*count(BTLM_DEPENDS),
        .first_tunable = (uint32_t)*count(BTLM_TUNABLES),
    };
    world.order[(*count(BTLM_ORDER))++] = id;
    return id;
}

static struct btlm_module *last(void)
{
    return &world.module[*count(BTLM_MODULES) - 1];
}

void world_depends(uint32_t id)
{
    world.depend[(*count(BTLM_DEPENDS))++] = id;
    last()->depend_count++;
}

void world_tunable(const char *name, const char *value, uint32_t line)
{
    world.tunable[(*count(BTLM_TUNABLES))++] =
        (struct btlm_tunable){world_str(name), world_str(value), line, 9};
    last()->tunable_count++;
}

void world_export(const char *name, uint64_t value, uint32_t owner)
{
    uint32_t index = (uint32_t)(*count(BTLM_EXPORTS))++;

    world.export[index] = (struct btlm_export){world_str(name), value, owner, 0};
    if (owner == BTL_KERNEL)
        return;
    if (world.module[owner].export_count++ == 0)
        world.module[owner].first_export = index;
}

void world_provides(const char *name, uint32_t owner)
{
    uint32_t index = (uint32_t)(*count(BTLM_INTERFACES))++;

    world.interface[index] =
        (struct btlm_interface){.name = world_str(name), .owner = owner, .provided = 1, .major = 1};
    if (owner == BTL_KERNEL)
        return;
    if (world.module[owner].interface_count++ == 0)
        world.module[owner].first_interface = index;
}

void world_reason(const char *text)
{
    uint32_t index = (uint32_t)(*count(BTLM_DIAGNOSTICS))++;

    world.diagnostic[index] = (struct btlm_diagnostic){.text = world_str(text)};
    last()->reason = index;
}

void world_boot(uint32_t flags)
{
    world.boot = (struct btlm_boot){.flags = flags};
    world.boot.path = world.boot.wanted = world.system.config_path;
    memset(world.boot.sha256, WORLD_SHA256, sizeof(world.boot.sha256));
    TABLE(BOOT, &world.boot, 1);
}

void world_memory(uint64_t start, uint64_t size, enum btlm_memory_type type)
{
    uint64_t at = (*count(BTLM_MEMORY))++;

    assert_true(at < WORLD_RANGES);
    world.memory[at] = (struct btlm_memory){.start = start, .size = size, .type = type};
}

void world_log(const char *text)
{
    struct btlm_str str = world_str(text);

    table(BTLM_LOG, world.strings + str.offset, 1, str.length);
}

void world_config(const char *text)
{
    struct btlm_str str = world_str(text);

    table(BTLM_CONFIG, world.strings + str.offset, 1, str.length);
}

void world_seal(void)
{
    TABLE(SYSTEM, &world.system, 1);
    TABLE(KERNEL_IMAGE, &world.kernel, 1);
    TABLE(STRINGS, world.strings, world.string_size);
}

// --- the parts of the kernel that need hardware

bool handoff_ready(void)
{
    return true;
}

const struct btl_manifest *handoff_manifest(void)
{
    return &world.manifest;
}

const struct btlm_system *boot_system(void)
{
    return &world.system;
}

bool vm_ready(void)
{
    return world_vm_ready;
}

bool console_forget(uint64_t start, uint64_t end)
{
    return false;
}

uint64_t vm_release(uint64_t physical, uint64_t size, enum btlm_memory_type type)
{
    world_released += size;
    return size / BTL_PAGE_SIZE;
}

void vm_boot_image_free(uint64_t address, uint64_t size)
{
}

uint64_t timeline_now(void)
{
    return world_now;
}

uint64_t timeline_begin(enum btlm_event_kind kind, uint32_t module)
{
    return 0;
}

void timeline_end(uint64_t event, uint64_t bytes)
{
}

struct btlm_event world_events[4];
size_t world_event_count;

size_t timeline_events(const struct btlm_event **ret_events)
{
    *ret_events = world_events;
    return world_event_count;
}

const size_t arch_descriptor_size = 0;
const bool arch_function_descriptors = false;
const struct btl_str arch_unwind_section = {"", 0};

uint64_t arch_function_entry(uint64_t pointer)
{
    return pointer;
}

void arch_pause(void)
{
}

static void command(int argc, char **argv)
{
}

// The kernel's commands need hardware; one represents them here.
const struct command kernel_commands[] = {
    {.name = "lsmod", .arguments = "", .help = "", .run = command}};
const size_t kernel_command_count = 1;

// Images are in the low 2 GiB, where code of the small model links and can be called.
bool vm_image_alloc(uint64_t size, uint64_t align, uint64_t *ret_address)
{
    void *at =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

    if (at == MAP_FAILED)
        return false;
    world_images++;
    *ret_address = (uint64_t)(uintptr_t)at;
    return true;
}

bool vm_image_seal(uint64_t address, const struct btl_segment segment[BTL_SEGS])
{
    for (int kind = 0; kind < BTL_SEGS && !world_seal_fails; kind++) {
        int protection = (segment[kind].perm & BTL_PERM_READ ? PROT_READ : 0) |
                         (segment[kind].perm & BTL_PERM_WRITE ? PROT_WRITE : 0) |
                         (segment[kind].perm & BTL_PERM_EXEC ? PROT_EXEC : 0);
        if (segment[kind].size > 0)
            assert_int_equal(mprotect((void *)(uintptr_t)(address + segment[kind].offset),
                                      segment[kind].size, protection),
                             0);
    }
    return !world_seal_fails;
}

void vm_image_free(uint64_t address, uint64_t size)
{
    assert_int_equal(munmap((void *)(uintptr_t)address, size), 0);
    world_images--;
}
