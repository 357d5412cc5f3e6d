// SPDX-License-Identifier: BSD-2-Clause
#include "self.h"

#include <string.h>

#include "dlkm/dlkm.h"
#include "vm/kmem.h"

extern const char __executable_start[], etext[], end[];

// What values are stored in begins a page, behind all data that is initialized: the image's data
// begins with the first of these, and what tests change before they load a module is constant.
#define STORAGE __attribute__((aligned(4096)))
STORAGE int64_t self_depth;
STORAGE bool self_loud;
STORAGE char self_greeting[SELF_GREETING];
int self_load_calls, self_load_result;
struct btl_load_args self_seen;
char self_seen_name[32], self_seen_flags[32];
const void *self_seen_running;

static int guest_load(const struct btl_load_args *args)
{
    self_seen = *args;
    strncpy(self_seen_name, args->name, sizeof(self_seen_name) - 1);
    strncpy(self_seen_flags, args->flags, sizeof(self_seen_flags) - 1);
    self_seen_running = dlkm_running().at;
    self_load_calls++;
    return self_load_result;
}

struct btl_tunable self_tunables[] = {
    {.name = "depth", .type = BTL_TUNABLE_INT, .storage = &self_depth, .min = -5, .max = 64},
    {.name = "loud", .type = BTL_TUNABLE_BOOL, .storage = &self_loud},
    {.name = "greeting",
     .type = BTL_TUNABLE_STRING,
     .storage = self_greeting,
     .max = SELF_GREETING},
};
static const struct btl_wrapper good_wrapper = {.abi = BTL_MODULE_ABI,
                                                .size = sizeof(struct btl_wrapper),
                                                .load = guest_load,
                                                BTL_TUNABLES(self_tunables)};
struct btl_wrapper self_wrapper = {.abi = BTL_MODULE_ABI};

static uint64_t storage_start(void)
{
    const uint64_t starts[] = {(uint64_t)&self_depth, (uint64_t)&self_loud,
                               (uint64_t)self_greeting};
    uint64_t first = UINT64_MAX;

    for (size_t i = 0; i < BTL_COUNT(starts); i++)
        first = starts[i] < first ? starts[i] : first;
    return first;
}

// Make this program the image of the last module of the world.
static void make_image(uint32_t id)
{
    uint64_t base = (uint64_t)__executable_start, data = storage_start();
    struct btlm_module *module = &world.module[id];
    uint64_t text = ((uint64_t)etext - base + 4095) & ~0xfffull;

    world.system.modules_virtual = module->address = base;
    world.system.modules_size = module->size = (((uint64_t)end + 4095) & ~0xfffull) - base;
    module->wrapper = (uint64_t)&self_wrapper;
    module->text_size = text;
    module->rodata_size = data - base - text;
}

uint32_t self_module(const char *name)
{
    uint32_t id = world_module(name, BTL_PHASE_BOOT1, BTLM_LINKED);

    make_image(id);
    return id;
}

int self_begin(void **state)
{
    host_memory(256);
    host_clear();
    world_begin("");
    world_vm_ready = false; // phase 1
    self_wrapper = good_wrapper;
    self_depth = 8;
    self_loud = false;
    strcpy(self_greeting, "hi");
    self_load_calls = self_load_result = 0;
    return 0;
}

int self_end(void **state)
{
    host_memory_end();
    return 0;
}

void self_start(void)
{
    world_seal();
    registry_init();
    registry_register(BTL_PHASE_BOOT1);
}

void self_assert_fails(uint32_t id, const char *code)
{
    uint64_t before = kmem_stats().allocations - kmem_stats().frees;

    assert_false(module_load(id, BTL_PHASE_BOOT1));
    assert_int_equal(module_get(id)->state, MODULE_FAILED);
    assert_null(module_get(id)->image);
    assert_contains(module_get(id)->reason, code);
    assert_contains(host_printed(), code);
    assert_int_equal(kmem_stats().allocations - kmem_stats().frees, before);
    assert_int_equal(self_load_calls, 0);
}
