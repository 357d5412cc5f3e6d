// SPDX-License-Identifier: BSD-2-Clause
// A fixed major of a kind of devices belongs to one module of the boot.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "test_case.h"

#include "plan_rules.h"

#define AB "a_load=\"YES\"\nb_load=\"YES\"\n"

TEST(test_the_second_module_with_a_major_fails)
{
    CHECK(AB, {"a majors=char:3", "b majors=char:3"}, "INIT: a; failed: b", "plan-major-taken");
    CHECK(AB, {"a majors=block:0", "b majors=char:-1,block:0"}, "INIT: a; failed: b",
          "plan-major-taken");
    CHECK(AB, {"a majors=char:255,block:255", "b majors=char:255,block:255"}, "INIT: a; failed: b",
          "plan-major-taken plan-major-taken");
}

TEST(test_majors_that_differ_are_no_conflict)
{
    CHECK(AB, {"a majors=char:3", "b majors=char:4"}, "INIT: a b", "");
    CHECK(AB, {"a majors=char:3", "b majors=block:3"}, "INIT: a b", "");
    CHECK(AB, {"a majors=char:-1,block:-1", "b majors=char:-1,block:-1"}, "INIT: a b", "");
    CHECK(AB, {"a", "b"}, "INIT: a b", "");
}

TEST(test_the_message_names_both_modules_and_what_they_share)
{
    CHECK_MESSAGES(
        AB "b_name=\"/other/b.ko\"\n",
        "loader.conf:2:1: error: b: its file /other/b.ko asks for block major 7, which "
        "belongs to a (/modules/a.ko, loader.conf:1), an earlier module of the boot; switch "
        "one of the two off, or build one with another major (-1: any) "
        "[plan-major-taken]\n",
        "a majors=char:-1,block:7", "b file=/other/b.ko majors=block:7");
}

TEST(test_a_dependency_without_a_line_is_named_by_its_file)
{
    CHECK_MESSAGES("b_load=\"YES\"\n",
                   "loader.conf:1:1: error: b: its file /modules/b.ko asks for char major 3, which "
                   "belongs to lib (/modules/lib.ko), an earlier module of the boot; switch one of "
                   "the two off, or build one with another major (-1: any) [plan-major-taken]\n",
                   "b majors=char:3 depends=lib", "lib majors=char:3");
}

// The order of loading decides, not that of loader.conf: a dependency never fails for a dependent.
TEST(test_the_first_module_is_the_one_that_is_loaded_first)
{
    CHECK(AB "b_phase=\"BOOT2\"\n", {"a majors=char:3", "b phases=BOOT2 majors=char:3"},
          "BOOT2: b; failed: a", "plan-major-taken");
    CHECK(AB "a_phase=\"AUTO\"\n", {"a majors=char:3", "b majors=char:3"}, "INIT: b; failed: a",
          "plan-major-taken");
    CHECK(AB, {"a majors=char:3 depends=b", "b majors=char:3"}, "INIT: b; failed: a",
          "plan-major-taken");
}

TEST(test_dependents_of_the_second_module_fail_and_take_no_major)
{
    CHECK(AB "c_load=\"YES\"\nd_load=\"YES\"\n",
          {"a majors=char:3", "b majors=char:3", "c majors=char:4 depends=b", "d majors=char:4"},
          "INIT: a d; failed: b c", "plan-major-taken plan-dependency-failed");
}

TEST(test_modules_that_are_off_or_have_failed_take_no_major)
{
    CHECK("a_load=\"NO\"\nb_load=\"YES\"\n", {"a majors=char:3", "b majors=char:3"}, "INIT: b", "");
    CHECK(AB "module_blacklist=\"a\"\n", {"a majors=char:3", "b majors=char:3"}, "INIT: b",
          "plan-blacklisted");
    CHECK(AB "a_phase=\"BOOT1\"\n", {"a majors=char:3", "b majors=char:3"}, "INIT: b; failed: a",
          "plan-phase-unsupported");
    CHECK(AB, {"a majors=char:3 depends=none", "b majors=char:3"}, "INIT: b; failed: a none",
          "plan-module-unusable plan-dependency-failed");
}

TEST(test_a_required_module_that_is_second_stops_the_boot)
{
    struct plan_world world;
    uint32_t index;
    world_begin(&world, AB "b_required=\"YES\"\n");
    world_module(&world, "a majors=char:3");
    world_module(&world, "b majors=char:3");
    world_plan(&world);
    assert_int_equal(btl_plan_action(&world.plan, false, &index), BTL_STOP);
    assert_int_equal(index, world_index(&world, "b"));
    world_end(&world);
}

TEST(test_without_memory_for_the_message_the_module_fails_all_the_same)
{
    for (size_t allocations = 0; allocations < 40; allocations++) {
        struct plan_world world;
        world_begin(&world, AB);
        world_module(&world, "a majors=char:3");
        world_module(&world, "b majors=char:3");
        world_limit(&world, allocations);
        world_plan(&world);
        if (world.begun)
            assert_int_equal(world_planned(&world, "b")->verdict, BTL_FAILED);
        world_end(&world);
    }
}
