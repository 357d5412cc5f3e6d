// SPDX-License-Identifier: BSD-2-Clause
// What the planner makes of the metadata of modules: names, phases, dependencies, tunables.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test_case.h"

#include "plan_world.h"

// ------------------------------------------------------------------------------------- metadata

TEST(test_file_of_another_name_is_refused_naming_both)
{
    struct plan_world world;
    world_begin(&world, "\na_load=\"YES\"\n");
    world_module(&world, "a is=b depends=c");
    world_plan(&world);
    assert_plan(&world, "failed: a");
    assert_null(world_planned(&world, "a")->info);
    assert_int_equal(world.plan.module_count, 1); // c is not asked for: it is not a's dependency
    assert_string_equal(world_messages(&world),
                        "loader.conf:2:1: error: a: the file /modules/a.ko contains module b; "
                        "name the file of a, or load b instead [plan-name-mismatch]\n");
    world_end(&world);
}

TEST(test_two_names_cannot_share_one_file)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nb_load=\"YES\"\nb_name=\"/modules/a.ko\"\n");
    world_module(&world, "a");
    world_plan(&world);
    assert_plan(&world, "INIT: a; failed: b");
    assert_codes(&world.memory, &world.diags, "plan-name-mismatch");
    world_end(&world);
}

TEST(test_metadata_is_taken_once)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_module(&world, "a");
    world_collect(&world);
    struct btl_modinfo other = {.name = BTL_STR("a"), .supported = BTL_SUPPORTS_BOOT1};
    btl_plan_give(&world.plan, 0, &other);
    assert_ptr_not_equal(world.plan.modules[0].info, &other);
    assert_true(btl_plan_order(&world.plan));
    assert_plan(&world, "INIT: a");
    world_end(&world);
}

TEST(test_default_phase_is_init_else_the_latest_boot_phase)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nb_load=\"YES\"\nc_load=\"YES\"\nd_load=\"YES\"\n");
    world_module(&world, "a phases=BOOT1,BOOT2,RUN");
    world_module(&world, "b phases=BOOT1,BOOT2");
    world_module(&world, "c phases=BOOT1");
    world_module(&world, "d phases=BOOT2");
    world_plan(&world);
    assert_true(world.ordered);
    assert_plan(&world, "BOOT1: c; BOOT2: b d; INIT: a");
    world_end(&world);
}

TEST(test_module_without_any_phase_is_refused)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_module(&world, "a phases=");
    world_plan(&world);
    assert_plan(&world, "failed: a");
    assert_codes(&world.memory, &world.diags, "plan-no-phase");
    world_end(&world);
}

TEST(test_duplicate_dependency_counts_once)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_module(&world, "a depends=b,c,b,b");
    world_module(&world, "b");
    world_module(&world, "c");
    world_plan(&world);
    assert_int_equal(world_planned(&world, "a")->dependency_count, 2);
    assert_plan(&world, "INIT: b<a c<a a");
    world_end(&world);
}

// Names are hashed: many modules, found again each by its own dependent.
TEST(test_many_modules_find_their_dependencies)
{
    enum { COUNT = 300 };
    char *conf = calloc(COUNT, 32), description[64];
    struct plan_world world;
    for (int i = 0; i < COUNT; i++)
        sprintf(conf + strlen(conf), "m%d_load=\"YES\"\n", i);
    world_begin(&world, conf);
    for (int i = 0; i < COUNT; i++) {
        sprintf(description, "m%d depends=lib%d", i, i % 100);
        world_module(&world, description);
    }
    for (int i = 0; i < 100; i++) {
        sprintf(description, "lib%d", i);
        world_module(&world, description);
    }
    world_plan(&world);
    assert_true(world.ordered);
    assert_int_equal(world.plan.module_count, COUNT + 100);
    assert_int_equal(world.plan.order_count, COUNT + 100);
    for (uint32_t i = 0; i < COUNT; i++) {
        const struct btl_planned *module = &world.plan.modules[i];
        sprintf(description, "lib%u", i % 100);
        assert_str(&world.own, world.plan.modules[module->dependencies[0]].name, description);
    }
    world_end(&world);
    free(conf);
}

TEST(test_many_new_dependencies_keep_their_candidate_files)
{
    enum { COUNT = 100 }; // more than there is room for at first
    struct btl_str names[COUNT];
    char text[COUNT][16];
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nmodule_path=\"/one;/two\"\n");
    for (int i = 0; i < COUNT; i++) {
        snprintf(text[i], sizeof(text[i]), "lib%d", i);
        names[i] = btl_str_of(text[i]);
    }
    struct btl_modinfo a = {.name = BTL_STR("a"), .depends = names, .depend_count = COUNT};
    btl_plan_begin(&world.plan, &world.config, NULL, &world.memory.arena, &world.diags);
    btl_plan_give(&world.plan, btl_plan_next_wanted(&world.plan), &a);
    for (uint32_t i = 1; i <= COUNT; i++) {
        char path[32];
        assert_int_equal(btl_plan_next_wanted(&world.plan), i);
        assert_true(btl_plan_next_path(&world.plan, i));
        snprintf(path, sizeof(path), "/two/%s.ko", text[i - 1]);
        assert_str(&world.own, world.plan.modules[i].path, path);
        assert_false(btl_plan_next_path(&world.plan, i));
        snprintf(path, sizeof(path), "/one/%s.ko", text[i - 1]);
        assert_str(&world.own, world.plan.modules[i].path, path);
    }
    assert_int_equal(btl_plan_next_wanted(&world.plan), BTL_NONE);
    world_end(&world);
}

// ------------------------------------------------------------------------------------- tunables

TEST(test_unknown_tunable_is_a_warning_that_names_the_nearest)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\na.depth=\"1\"\na.dpeth=\"2\"\n");
    world_module(&world, "a parms=size,depth");
    world_plan(&world);
    assert_true(world.ordered);
    assert_plan(&world, "INIT: a");
    assert_int_equal(world.diags.warnings, 1);
    assert_string_equal(world_messages(&world),
                        "loader.conf:3:1: warning: a: it has no tunable dpeth, so this line has "
                        "no effect; correct the name, for example to depth "
                        "[plan-unknown-tunable]\n");
    world_end(&world);
}

TEST(test_unknown_tunable_that_is_near_to_none_names_one_that_there_is)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\na.qqqqqqqq=\"2\"\n");
    world_module(&world, "a parms=size,depth");
    world_plan(&world);
    assert_non_null(strstr(world_messages(&world), "for example to size [plan-unknown-tunable]"));
    world_end(&world);
}

TEST(test_tunable_of_a_module_without_tunables_is_a_warning)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\na.depth=\"1\"\n");
    world_module(&world, "a");
    world_plan(&world);
    assert_true(world.ordered);
    assert_codes(&world.memory, &world.diags, "plan-no-tunables");
    assert_int_equal(world.diags.warnings, 1);
    world_end(&world);
}

TEST(test_tunables_of_a_dependency_are_checked_too)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nlib.depth=\"1\"\nlib.width=\"1\"\n");
    world_module(&world, "a depends=lib");
    world_module(&world, "lib parms=depth");
    world_plan(&world);
    assert_true(world.ordered);
    assert_codes(&world.memory, &world.diags, "plan-unknown-tunable");
    world_end(&world);
}
