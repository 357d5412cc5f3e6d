// SPDX-License-Identifier: BSD-2-Clause
#include "load_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CONSTANTS = BTL_PAGE_SIZE, DATA = 2 * BTL_PAGE_SIZE, IMAGE = 3 * BTL_PAGE_SIZE };
enum { TABLE = CONSTANTS + 128, NAMES = CONSTANTS + 512 };

struct btlm_str load_string(struct load_fixture *f, const char *text)
{
    struct btlm_str str = {f->string_size, (uint32_t)strlen(text)};

    memcpy(f->strings + f->string_size, text, str.length);
    f->string_size += str.length;
    return str;
}

static void load_table(struct load_fixture *f, enum btlm_kind kind, const void *at, uint32_t size,
                       uint64_t count)
{
    f->manifest.table[kind] = (struct btlm_table){
        kind, size, (uint64_t)((const uint8_t *)at - (const uint8_t *)&f->header), count};
}

static void load_module(struct load_fixture *f, uint32_t index, const char *name)
{
    f->module[index] = (struct btlm_module){
        .name = load_string(f, name), .supported = 7, .reason = BTL_NONE, .pulled_by = BTL_NONE};
}

// The wrapper and its table, as a linker would leave them.
static void load_write_image(struct load_fixture *f)
{
    uint8_t *at = f->phase1;
    const struct btl_tunable tunables[] = {
        {.name = (char *)at + NAMES,
         .type = BTL_TUNABLE_INT,
         .storage = at + DATA,
         .min = 1,
         .max = 64},
        {.name = (char *)at + NAMES + 8,
         .type = BTL_TUNABLE_BOOL,
         .storage = at + DATA + offsetof(struct load_values, loud)},
    };
    const struct btl_wrapper wrapper = {
        .abi = BTL_MODULE_ABI,
        .size = sizeof(wrapper),
        .load = (int (*)(const struct btl_load_args *))(uintptr_t)at,
        .tunables = (const struct btl_tunable *)(uintptr_t)(at + TABLE),
        .tunable_count = 2};

    memcpy(at + NAMES, "depth", 6);
    memcpy(at + NAMES + 8, "loud", 5);
    memcpy(at + TABLE, tunables, sizeof(tunables));
    memcpy(at + CONSTANTS, &wrapper, sizeof(wrapper));
    *(int64_t *)(void *)(at + DATA) = 8;
}

void load_begin(struct load_fixture *f)
{
    memset(f, 0, sizeof(*f));
    test_memory_begin(&f->memory);
    f->diags.arena = &f->memory.arena;
    f->phase1 =
        mmap(NULL, IMAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (f->phase1 == MAP_FAILED)
        abort();
    load_module(f, LOAD_FIRST, "first");
    load_module(f, LOAD_SECOND, "second");
    f->module[LOAD_FIRST].state = BTLM_LINKED;
    f->module[LOAD_FIRST].address = f->system.modules_virtual = (uintptr_t)f->phase1;
    f->module[LOAD_FIRST].size = f->system.modules_size = IMAGE;
    f->module[LOAD_FIRST].text_size = f->module[LOAD_FIRST].rodata_size = BTL_PAGE_SIZE;
    f->module[LOAD_FIRST].wrapper = (uintptr_t)f->phase1 + CONSTANTS;
    f->module[LOAD_FIRST].arguments = load_string(f, "verbose=1");
    f->module[LOAD_SECOND].state = BTLM_STAGED;
    f->module[LOAD_SECOND].depend_count = 1;
    f->system.machine = ELF_MACHINE_X86_64;
    f->system.config_path = load_string(f, "/loader.conf");
    f->manifest.bytes = (struct btl_bytes){(const uint8_t *)&f->header, sizeof(*f)};
    f->manifest.header = &f->header;
    load_table(f, BTLM_STRINGS, f->strings, 1, sizeof(f->strings));
    load_table(f, BTLM_SYSTEM, &f->system, sizeof(f->system), 1);
    load_table(f, BTLM_MODULES, f->module, sizeof(f->module[0]), LOAD_MODULES);
    load_table(f, BTLM_DEPENDS, f->depend, sizeof(f->depend[0]), 1);
    load_table(f, BTLM_EXPORTS, f->exports, sizeof(f->exports[0]), 0);
    load_table(f, BTLM_TUNABLES, f->tunable, sizeof(f->tunable[0]), 0);
    load_write_image(f);
    load_returns(f, 0);
}

void load_end(struct load_fixture *f)
{
    munmap(f->phase1, IMAGE);
    test_memory_end(&f->memory);
}

struct load_values *load_values(struct load_fixture *f)
{
    return (struct load_values *)(void *)(f->phase1 + DATA);
}

void load_returns(struct load_fixture *f, int result)
{
    f->phase1[0] = 0xb8; // mov $result, %eax; ret
    memcpy(f->phase1 + 1, &result, sizeof(result));
    f->phase1[5] = 0xc3;
}

void load_sets(struct load_fixture *f, const char *name, const char *value)
{
    uint32_t index = (uint32_t)f->manifest.table[BTLM_TUNABLES].count++;

    f->tunable[index] =
        (struct btlm_tunable){load_string(f, name), load_string(f, value), index + 1, 12};
    f->module[LOAD_FIRST].tunable_count++;
}

void load_exports(struct load_fixture *f, const char *name, uint64_t value, uint32_t owner)
{
    uint32_t index = (uint32_t)f->manifest.table[BTLM_EXPORTS].count++;

    f->exports[index] = (struct btlm_export){load_string(f, name), value, owner, 0};
    if (owner != BTL_KERNEL && f->module[owner].export_count++ == 0)
        f->module[owner].first_export = index;
}
