// SPDX-License-Identifier: BSD-2-Clause
// The planner's first half: which modules there are, and their files; running out of memory. The
// rules are in test_plan_phases.c, _order.c, _failures.c, _dependencies.c and _interface.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "test_case.h"

#include "plan_world.h"

// --------------------------------------------------------------------- the modules of a plan

TEST(test_module_takes_part_only_with_load_yes)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n"
                        "b_load=\"NO\"\n"
                        "c_phase=\"BOOT2\"\n");
    world_module(&world, "a");
    world_module(&world, "b");
    world_module(&world, "c phases=BOOT2,RUN");
    world_plan(&world);
    assert_true(world.ordered);
    assert_plan(&world, "INIT: a");
    assert_int_equal(world.plan.module_count, 1);
    world_end(&world);
}

TEST(test_what_is_said_of_a_module_that_takes_no_part_is_noted)
{
    struct plan_world world;
    world_begin(&world, "helo_phase=\"BOOT1\"\n" // a slip in the name
                        "helo_flags=\"f\"\n"
                        "hello_load=\"YES\"\n"
                        "lib_flags=\"f\"\n" // comes along
                        "off_load=\"NO\"\n"
                        "off_flags=\"f\"\n"
                        "black_flags=\"f\"\n"
                        "module_blacklist=\"black\"\n");
    world_module(&world, "hello depends=lib");
    world_module(&world, "lib");
    world_plan(&world);
    assert_true(world.ordered);
    assert_plan(&world, "INIT: lib<hello hello");
    assert_string_equal(test_diags_text(&world.own, &world.diags),
                        "loader.conf:1:1: warning: helo: this line has no effect: no line sets "
                        "helo_load, and no module depends on helo; correct the name, for example "
                        "to hello [plan-idle]\n");
    world_end(&world);
}

// A safe boot leaves modules out on purpose.
TEST(test_what_a_safe_boot_leaves_out_is_not_noted)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\na_phase=\"BOOT1\"\n");
    btl_config_safe(&world.config);
    world_plan(&world);
    assert_true(world.ordered);
    assert_string_equal(test_diags_text(&world.own, &world.diags), "");
    world_end(&world);
}

TEST(test_blacklist_wins_over_load_yes_and_says_so)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n"
                        "b_load=\"YES\"\n"
                        "module_blacklist=\"b\"\n");
    world_module(&world, "a");
    world_module(&world, "b");
    world_plan(&world);
    assert_true(world.ordered);
    assert_plan(&world, "INIT: a");
    assert_codes(&world.memory, &world.diags, "plan-blacklisted");
    assert_string_equal(world_messages(&world),
                        "loader.conf:2:1: note: b: the module stays off although b_load=\"YES\" "
                        "is set, because module_blacklist names it [plan-blacklisted]\n");
    assert_int_equal(world.diags.errors + world.diags.warnings, 0);
    world_end(&world);
}

TEST(test_modules_keep_the_order_of_the_file)
{
    struct plan_world world;
    world_begin(&world, "z_load=\"YES\"\n"
                        "m_load=\"YES\"\n"
                        "a_load=\"YES\"\n");
    world_module(&world, "a");
    world_module(&world, "m");
    world_module(&world, "z");
    world_plan(&world);
    assert_plan(&world, "INIT: z m a");
    world_end(&world);
}

TEST(test_empty_configuration_plans_nothing_and_is_good)
{
    struct plan_world world;
    world_begin(&world, "");
    world_plan(&world);
    assert_true(world.begun);
    assert_true(world.ordered);
    assert_int_equal(world.plan.module_count, 0);
    assert_int_equal(world.plan.order_count, 0);
    uint32_t index = 0;
    assert_int_equal(btl_plan_action(&world.plan, true, &index), BTL_GO_ON_SILENTLY);
    assert_int_equal(index, BTL_NONE);
    btl_plan_compact(&world.plan);
    world_end(&world);
}

// ---------------------------------------------------------------------------------------- files

TEST(test_path_is_module_path_and_name)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nmodule_path=\"/one//;/two\"\n");
    world_collect(&world);
    assert_str(&world.own, world_planned(&world, "a")->path, "/one/a.ko");
    world_end(&world);
}

TEST(test_path_is_NAME_name_where_that_is_given)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\na_name=\"/else/x.ko\"\nmodule_path=\"/one;/two\"\n");
    world_module(&world, "a file=/else/x.ko depends=b");
    world_module(&world, "b file=/two/b.ko");
    world_plan(&world);
    assert_str(&world.own, world_planned(&world, "a")->path, "/else/x.ko");
    assert_false(btl_plan_next_path(&world.plan, world_index(&world, "a")));
    assert_str(&world.own, world_planned(&world, "a")->path, "/else/x.ko");
    assert_plan(&world, "INIT: b<a a");
    world_end(&world);
}

TEST(test_next_path_goes_through_the_directories_and_back_to_the_first)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nmodule_path=\"/one;/two/;/three\"\n");
    btl_plan_begin(&world.plan, &world.config, NULL, &world.memory.arena, &world.diags);
    uint32_t a = btl_plan_next_wanted(&world.plan);
    assert_str(&world.own, world.plan.modules[a].path, "/one/a.ko");
    assert_true(btl_plan_next_path(&world.plan, a));
    assert_str(&world.own, world.plan.modules[a].path, "/two/a.ko");
    assert_true(btl_plan_next_path(&world.plan, a));
    assert_str(&world.own, world.plan.modules[a].path, "/three/a.ko");
    assert_false(btl_plan_next_path(&world.plan, a));
    assert_str(&world.own, world.plan.modules[a].path, "/one/a.ko");
    assert_false(btl_plan_next_path(&world.plan, a));
    world_end(&world);
}

TEST(test_odd_module_paths)
{
    static const struct {
        const char *module_path, *first, *second;
    } cases[] = {
        {"/", "/a.ko", NULL},
        {"", "/a.ko", NULL},
        {";;", "/a.ko", NULL},
        {";/one;;/two;", "/one/a.ko", "/two/a.ko"},
        {"///;/two", "/a.ko", "/two/a.ko"},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct plan_world world;
        world_begin(&world, "a_load=\"YES\"\n");
        world.config.module_path = btl_str_of(cases[i].module_path);
        btl_plan_begin(&world.plan, &world.config, NULL, &world.memory.arena, &world.diags);
        assert_str(&world.own, world.plan.modules[0].path, cases[i].first);
        assert_int_equal(btl_plan_next_path(&world.plan, 0), cases[i].second != NULL);
        if (cases[i].second != NULL) {
            assert_str(&world.own, world.plan.modules[0].path, cases[i].second);
            assert_false(btl_plan_next_path(&world.plan, 0));
        }
        assert_str(&world.own, world.plan.modules[0].path, cases[i].first);
        world_end(&world);
    }
}

TEST(test_failure_without_a_reason_is_given_one)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_plan(&world);
    assert_false(world.ordered);
    assert_plan(&world, "failed: a");
    assert_ptr_equal(world_planned(&world, "a")->reason, world.diags.first);
    assert_string_equal(world_messages(&world),
                        "loader.conf:1:1: error: a: its file /modules/a.ko is missing or was "
                        "rejected; put a valid module there, or name another file with NAME_name "
                        "[plan-module-unusable]\n");
    world_end(&world);
}

TEST(test_failure_with_a_reason_keeps_it_and_reports_nothing_more)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    btl_plan_begin(&world.plan, &world.config, NULL, &world.memory.arena, &world.diags);
    const struct btl_diag *reason =
        btl_report(&world.diags, BTL_PLAN_NO_PHASE, (struct btl_place){0});
    btl_plan_fail(&world.plan, btl_plan_next_wanted(&world.plan), reason);
    btl_plan_fail(&world.plan, 0, NULL); // again: nothing happens
    assert_false(btl_plan_order(&world.plan));
    assert_ptr_equal(world.plan.modules[0].reason, reason);
    assert_int_equal(world.diags.errors, 1);
    world_end(&world);
}

TEST(test_wanted_module_that_was_never_answered_fails)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    btl_plan_begin(&world.plan, &world.config, NULL, &world.memory.arena, &world.diags);
    assert_false(btl_plan_order(&world.plan));
    assert_plan(&world, "failed: a");
    assert_codes(&world.memory, &world.diags, "plan-module-unusable");
    world_end(&world);
}

TEST(test_order_runs_once)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nb_load=\"YES\"\n");
    world_module(&world, "a");
    world_plan(&world);
    uint32_t errors = world.diags.errors;
    assert_false(btl_plan_order(&world.plan));
    assert_int_equal(world.diags.errors, errors);
    assert_plan(&world, "INIT: a; failed: b");
    world_end(&world);
}

// --------------------------------------------------------------------------------------- memory

// Everything at once, so that every allocation of the planner is made.
static void busy_world(struct plan_world *world)
{
    world_begin(world, "a_load=\"YES\"\na.x=\"1\"\na.dept=\"1\"\n"
                       "b_load=\"YES\"\nb_phase=\"BOOT1\"\nc_load=\"YES\"\nd_load=\"NO\"\n"
                       "e_load=\"YES\"\nf_load=\"YES\"\ne_load=\"YES\"\ng_load=\"YES\"\n"
                       "module_blacklist=\"f,h\"\nmodule_path=\"/none;/modules\"\n"
                       "i_load=\"YES\"\ni_phase=\"BOOT1\"\n");
    world_kernel(world, "kernel:1.2,log:1.0");
    world_module(world, "a depends=l1,l2,l3,l4,l5,l6,l7,l8,l9,l10,l11,l12 parms=depth");
    for (int i = 1; i <= 12; i++) {
        char description[64];
        sprintf(description, "l%d provides=i%d:1.0 needs=kernel:1.0", i, i);
        world_module(world, description);
    }
    world_module(world, "b phases=RUN");
    world_module(world, "c depends=c2 needs=kernel:2.0,i1:1.0,none:1.0");
    world_module(world, "c2 depends=c,c3");
    world_module(world, "c3 depends=c2");
    world_module(world, "e depends=d,h");
    world_module(world, "g depends=l1 phases=BOOT2");
    world_module(world, "i depends=l1 phases=BOOT1");
}

// However few allocations succeed, the planner answers false, fails all, and leaves no reason that
// would not be true.
TEST(test_out_of_memory_at_every_allocation)
{
    struct plan_world world;
    size_t limit = 0;
    bool starved = true;
    for (; starved; limit++) {
        busy_world(&world);
        world_limit(&world, limit);
        world_plan(&world);
        starved = world.memory.refused > 0;
        assert_false(world.ordered);
        if (!world.begun)
            assert_int_equal(world.plan.module_count, 0);
        if (starved)
            assert_true(world.diags.lost > 0 || test_count_code(&world.diags, BTL_NO_MEMORY) == 1);
        for (uint32_t i = 0; i < world.plan.module_count; i++) {
            const struct btl_planned *module = &world.plan.modules[i];
            assert_int_not_equal(module->verdict, BTL_PENDING);
            if (module->verdict == BTL_FAILED && module->reason == NULL)
                assert_true(starved);
        }
        btl_plan_compact(&world.plan);
        world_end(&world);
    }
    assert_true(limit > 60); // the plan itself takes that many and more
}

TEST(test_no_memory_is_said_once_and_no_module_is_loaded)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_module(&world, "a");
    world_collect(&world);
    // The last chunk is used up, and there is no other.
    world.memory.arena.at = world.memory.arena.end;
    world.memory.limit = 0;
    assert_false(btl_plan_order(&world.plan));
    assert_plan(&world, "failed: a");
    assert_null(world_planned(&world, "a")->reason);
    assert_int_equal(world.diags.lost, 1);
    world_end(&world);
}
