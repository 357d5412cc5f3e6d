// SPDX-License-Identifier: BSD-2-Clause
// The manifest of a whole small boot, written and read back: for tests of the writer.
#ifndef MANIFEST_WORLD_H
#define MANIFEST_WORLD_H

#include "test_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_fixture.h"

struct world {
    struct boot_fixture boot;
    struct btl_diags diags;
    struct btl_bytes bytes;
    struct btl_manifest manifest;
};

static inline int begin(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    boot_begin(&world->boot);
    world->diags.arena = &world->boot.memory.arena;
    *state = world;
    return 0;
}

static inline int end(void **state)
{
    struct world *world = *state;
    boot_end(&world->boot);
    free(world);
    return 0;
}

static inline void write_and_open(struct world *world)
{
    world->bytes = boot_write(&world->boot);
    if (!btl_manifest_open(world->bytes, (struct btl_place){0}, &world->manifest, &world->diags))
        print_error("%s", test_diags_text(&world->boot.memory, &world->diags));
    assert_int_equal(world->diags.errors, 0);
}

static inline const struct btlm_module *module(struct world *world, const char *name)
{
    return btl_manifest_module(&world->manifest, boot_index(&world->boot, name));
}

static inline const void *at(struct world *world, enum btlm_kind kind, uint64_t index)
{
    assert_true(index < btl_manifest_count(&world->manifest, kind));
    return btl_manifest_entry(&world->manifest, kind, index);
}

static inline void assert_string(struct world *world, struct btlm_str str, const char *expected)
{
    assert_str(&world->boot.memory, btl_manifest_str(&world->manifest, str), expected);
}

EACH_TEST(begin, end)

#endif
