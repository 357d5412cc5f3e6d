// SPDX-License-Identifier: BSD-2-Clause
#include "self.h"

#include <string.h>

#include "dlkm/dlkm.h"

EACH_TEST(self_begin, self_end)

TEST(a_wrapper_of_another_abi)
{
    uint32_t id = self_module("old");

    self_wrapper.abi = BTL_MODULE_ABI + 1;
    self_start();
    self_assert_fails(id, "run-wrapper-abi");
}

TEST(a_wrapper_of_another_size)
{
    uint32_t id = self_module("old");

    self_wrapper.size--;
    self_start();
    self_assert_fails(id, "run-wrapper-abi");
}

TEST(no_wrapper)
{
    uint32_t id = self_module("bare");

    world.module[id].wrapper = 0;
    self_start();
    self_assert_fails(id, "run-no-wrapper");
}

TEST(a_wrapper_that_ends_behind_the_image)
{
    uint32_t id = self_module("bare");

    world.module[id].wrapper = world.module[id].address + world.module[id].size - 8;
    self_start();
    self_assert_fails(id, "run-no-wrapper");
}

TEST(every_pointer_outside_is_named)
{
    uint32_t id = self_module("wild");

    self_wrapper.load = NULL;
    self_wrapper.unload = (int (*)(void))(uintptr_t)&self_depth; // inside, but data
    self_wrapper.type_data = (void *)0x1000;
    self_wrapper.tunable_count = UINT64_MAX / 8;
    self_start();
    self_assert_fails(id, "run-wrapper-pointer");
    assert_contains(host_printed(), "`load` of its wrapper structure is 0x0");
    assert_contains(host_printed(), "`unload`");
    assert_contains(host_printed(), "`type_data`");
    assert_contains(host_printed(), "`tunables`");
}

TEST(tunables_that_are_not_usable)
{
    static struct btl_tunable bad[] = {
        {.name = NULL, .type = BTL_TUNABLE_INT, .storage = &self_depth},
        {.name = "x", .type = 7, .storage = &self_depth},
        {.name = "x", .type = BTL_TUNABLE_STRING, .storage = self_greeting, .max = -1},
        {.name = "x", .type = BTL_TUNABLE_STRING, .storage = self_greeting, .max = INT64_MAX},
        {.name = "x", .type = BTL_TUNABLE_INT, .storage = (char *)&self_depth + 1},
    };
    uint32_t id = self_module("wild");

    self_wrapper.tunables = bad;
    self_wrapper.tunable_count = BTL_COUNT(bad);
    self_start();
    self_assert_fails(id, "run-wrapper-tunable");
    for (size_t i = 0; i < BTL_COUNT(bad); i++) {
        char text[40];
        btl_format_to(text, sizeof(text), "tunable number %zu of", i);
        assert_contains(host_printed(), text);
    }
}

TEST(a_wrapper_that_can_be_written)
{
    uint32_t id = self_module("soft");

    world.module[id].wrapper = (uint64_t)(uintptr_t)self_greeting; // data, as far as a page goes
    self_start();
    self_assert_fails(id, "run-no-wrapper");
}

TEST(a_bool_that_is_none)
{
    uint32_t id = self_module("odd");

    memset(&self_loud, 97, 1);
    self_start();
    self_assert_fails(id, "run-wrapper-default");
    assert_contains(host_printed(), "tunable number 1");
}

// Tunables of ABI 1 had no callback: the next one follows earlier.
TEST(a_module_of_abi_1_is_still_loaded)
{
    static struct {
        const char *name;
        int type;
        void *storage;
        int64_t min, max;
    } old[] = {{"depth", BTL_TUNABLE_INT, &self_depth, -5, 64},
               {"greeting", BTL_TUNABLE_STRING, self_greeting, 0, SELF_GREETING}};
    uint32_t id = self_module("old");

    self_wrapper.abi = 1;
    self_wrapper.tunables = (const struct btl_tunable *)old;
    self_wrapper.tunable_count = BTL_COUNT(old);
    world_tunable("greeting", "good", 3);
    self_start();
    assert_true(module_load(id, BTL_PHASE_BOOT1));
    assert_string_equal(self_greeting, "good");
    assert_null(btl_wrapper_tunable(&self_wrapper, 1).changed);
}
