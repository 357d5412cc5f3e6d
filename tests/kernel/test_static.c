// SPDX-License-Identifier: BSD-2-Clause
// Static modules: loaded from the kernel's own image, and never unloaded.
#include "lab.h"
#include "statics.h"

#include "monitor/commands.h"

EACH_TEST(lab_begin, lab_end)

static void add_dependent(uint32_t built, uint32_t *ret_id)
{
    *ret_id = lab_module("user", "misc", BTL_TYPE_MISC);
    world_depends(built);
}

TEST(it_is_loaded_in_its_phase_with_flags_and_tunables)
{
    uint32_t id = built_module(BTL_PHASE_BOOT2);

    world.module[id].arguments = world_str("fast");
    world_tunable("depth", "8", 7);
    lab_start();
    assert_int_equal(module_get(id)->state, MODULE_LOADED);
    assert_string_equal(built_events, "load built flags=fast depth=8 phase=1");
    assert_ptr_equal(module_at((uint64_t)(uintptr_t)built_hold), module_get(id));
    assert_ptr_equal(module_at((uint64_t)(uintptr_t)lab_start), NULL);
}

TEST(a_bad_value_fails_it_as_any_other)
{
    uint32_t id = built_module(BTL_PHASE_BOOT2), user;

    world_tunable("depth", "65", 7);
    add_dependent(id, &user);
    lab_start();
    assert_int_equal(module_get(id)->state, MODULE_FAILED);
    assert_contains(module_get(id)->reason, "run-tunable-range");
    assert_string_equal(built_events, "");
    assert_int_equal(module_load_by_hand(user), BTL_ENODEV);
}

TEST(it_cannot_be_unloaded_and_says_so)
{
    uint32_t id = built_module(BTL_PHASE_BOOT2);

    lab_start();
    assert_int_equal(module_unload(id), BTL_ENOSYS);
    assert_contains(host_printed(),
                    "built: it cannot be unloaded, because it is linked into the kernel");
    assert_int_equal(module_unload_by_force(id), BTL_ENOSYS);
    assert_int_equal(module_get(id)->state, MODULE_LOADED);
}

TEST(others_depend_on_it_and_hold_it)
{
    uint32_t id = built_module(BTL_PHASE_BOOT2), user;

    add_dependent(id, &user);
    lab_start();
    assert_int_equal(module_load_by_hand(user), 0);
    assert_int_equal(module_get(id)->dependents, 1);
    assert_int_equal(built_hold((const void *)(uintptr_t)module_get(user)->image->linked.base), 0);
    assert_int_equal(module_hold_count(module_get(user)), 1);
    assert_ptr_equal(module_get(user)->holds->holder, module_get(id));
    hold_drop_by(module_get(user), module_get(id), "a user");
}

TEST(on_demand_it_is_loaded_without_a_file)
{
    uint32_t id = built_module(BTL_PHASE_AUTO);

    lab_start();
    assert_int_equal(module_get(id)->state, MODULE_REGISTERED);
    assert_int_equal(module_autoload(id), 0);
    assert_string_equal(built_events, "load built flags= depth=4 phase=3");
}

static void type_kmtune(const char *option, const char *word)
{
    char name[] = "kmtune", first[8], second[32], *words[] = {name, first, second};

    btl_format_to(first, sizeof(first), "%s", option);
    btl_format_to(second, sizeof(second), "%s", word);
    kmtune_run(3, words);
}

TEST(its_tunables_are_known_before_it_is_loaded)
{
    uint32_t id = built_module(BTL_PHASE_AUTO);
    lab_start();
    type_kmtune("-l", "built");
    assert_contains(host_printed(),
                    "Parameter:  built.depth\nType:       int\nCurrent:    -\n"
                    "Planned:    4\nDefault:    4\nMinimum:    1\nMaximum:    64\n");
    type_kmtune("-s", "built.depth=65");
    assert_contains(host_printed(), "run-tunable-range");
    type_kmtune("-q", "built.width");
    assert_contains(host_printed(), "built has no tunable width");
    type_kmtune("-s", "built.depth=9");
    assert_contains(host_printed(), "next load \"9\"");
    assert_int_equal(module_autoload(id), 0);
    assert_contains(built_events, "depth=9");
}

TEST(after_a_failure_there_is_no_second_time)
{
    uint32_t id = built_module(BTL_PHASE_BOOT2);

    built_result = BTL_EIO;
    world.module[id].phase = BTL_PHASE_AUTO;
    lab_start();
    struct lab_snapshot before = lab_snapshot();
    assert_int_equal(module_load_by_hand(id), BTL_ENODEV);
    assert_contains(module_get(id)->reason, "run-load-function");
    assert_snapshot(before);
    built_result = 0;
    assert_int_equal(module_load_by_hand(id), BTL_ENODEV);
    assert_contains(module_get(id)->reason, "run-static-again");
}

TEST(a_kernel_without_the_module_says_so)
{
    uint32_t id = world_module("other", BTL_PHASE_BOOT2, BTLM_REGISTERED);

    world.module[id].registered = BTL_PHASE_BOOT2;
    world.module[id].flags |= BTLM_BUILT_IN;
    lab_start();
    assert_int_equal(module_get(id)->state, MODULE_FAILED);
    assert_contains(module_get(id)->reason, "run-static-missing");
}
