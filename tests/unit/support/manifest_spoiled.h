// SPDX-License-Identifier: BSD-2-Clause
// A sound manifest, and a copy of it that a test spoils: for tests of the reader.
#ifndef MANIFEST_SPOILED_H
#define MANIFEST_SPOILED_H

#include "test_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_fixture.h"

static const struct btl_place place = {.file = BTL_STR("boot.manifest")};

// One sound manifest for all tests, and a copy of it to be spoiled.
struct world {
    struct boot_fixture boot;
    struct btl_bytes sound;
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_bytes spoiled;
};

static struct world world;

static inline int begin_all(void **state)
{
    boot_begin(&world.boot);
    world.sound = boot_write(&world.boot);
    return 0;
}

static inline int end_all(void **state)
{
    boot_end(&world.boot);
    return 0;
}

static inline int begin(void **state)
{
    test_memory_begin(&world.memory);
    world.diags = (struct btl_diags){.arena = &world.memory.arena};
    world.spoiled = test_block(&world.memory, world.sound.at, world.sound.size);
    return 0;
}

static inline int end(void **state)
{
    test_memory_end(&world.memory);
    return 0;
}

static inline struct btlm_header *header(void)
{
    return (void *)world.spoiled.at;
}

static inline struct btlm_table *table(enum btlm_kind kind)
{
    return boot_table((uint8_t *)world.spoiled.at, kind);
}

static inline void *entry(enum btlm_kind kind, uint64_t index)
{
    assert_true(index < table(kind)->count);
    return (uint8_t *)world.spoiled.at + table(kind)->offset + index * table(kind)->entry_size;
}

// Opens the spoiled copy with its checksum made right.
static inline bool open_resealed(struct btl_manifest *ret_manifest)
{
    boot_reseal((uint8_t *)world.spoiled.at);
    return btl_manifest_open(world.spoiled, place, ret_manifest, &world.diags);
}

// A manifest that is refused is not written to the caller.
static inline void assert_refused(struct btl_bytes bytes, const char *codes)
{
    struct btl_manifest manifest, before;
    memset(&manifest, 0x77, sizeof(manifest));
    before = manifest;
    assert_false(btl_manifest_open(bytes, place, &manifest, &world.diags));
    assert_memory_equal(&manifest, &before, sizeof(manifest));
    assert_codes(&world.memory, &world.diags, codes);
}

static inline void assert_spoiled(const char *codes)
{
    boot_reseal((uint8_t *)world.spoiled.at);
    assert_refused(world.spoiled, codes);
}

static inline void assert_says(const char *text)
{
    const char *all = test_diags_text(&world.memory, &world.diags);
    if (strstr(all, text) == NULL)
        print_error("%s\n", all);
    assert_non_null(strstr(all, text));
}

EACH_TEST(begin, end)

#endif
