// SPDX-License-Identifier: BSD-2-Clause
// Static modules: those in the kernel's file.
#include "test_case.h"

#include "plan_world.h"

TEST(test_a_static_module_needs_no_line)
{
    struct plan_world world;
    world_begin(&world, "");
    world_module(&world, "early phases=BOOT1,BOOT2,RUN");
    world_module(&world, "second phases=BOOT2,RUN depends=early");
    world_module(&world, "late phases=RUN");
    world_statics(&world, "late,second,early");
    world_plan(&world);
    assert_true(world.ordered);
    assert_plan(&world, "BOOT1: early; BOOT2: second; INIT: late");
    assert_string_equal(world_messages(&world), "");
    assert_true(btl_str_equal(world_planned(&world, "late")->path, world.config.kernel));
    world_end(&world);
}

TEST(test_dependents_and_interfaces_find_it)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\na_phase=\"BOOT1\"\n");
    world_module(&world, "ring phases=BOOT1,RUN provides=ring:1.2");
    world_module(&world, "a phases=BOOT1,RUN depends=ring needs=ring:1.1");
    world_statics(&world, "ring");
    world_plan(&world);
    assert_plan(&world, "BOOT1: ring a");
    assert_codes(&world.memory, &world.diags, "");
    world_end(&world);
}

TEST(test_lines_about_its_file_are_noted)
{
    struct plan_world world;
    world_begin(&world, "ring_load=\"YES\"\nring_phase=\"INIT\"\nring_name=\"/x/ring.ko\"\n"
                        "ring_flags=\"fast\"\n");
    world_module(&world, "ring phases=BOOT1,RUN");
    world_statics(&world, "ring");
    world_plan(&world);
    assert_plan(&world, "INIT: ring"); // the line of the phase counts
    assert_string_equal(
        world_messages(&world),
        "loader.conf:1:1: note: ring: it is built into the kernel, so no file is read "
        "for it; this line can be removed [plan-built-in]\n"
        "loader.conf:3:1: note: ring: it is built into the kernel, so no file is read "
        "for it; this line can be removed [plan-built-in]\n");
    world_end(&world);
}

TEST(test_it_can_be_switched_off_with_all_that_need_it)
{
    struct plan_world world;
    world_begin(&world, "ring_load=\"NO\"\nclock_flags=\"x\"\nmodule_blacklist=\"old\"\n");
    world_module(&world, "ring phases=BOOT1,RUN");
    world_module(&world, "clock phases=BOOT1,RUN depends=ring");
    world_module(&world, "old phases=BOOT1,RUN");
    world_statics(&world, "ring,clock,old");
    world_plan(&world);
    assert_plan(&world, "off: ring old; failed: clock");
    assert_codes(&world.memory, &world.diags, "plan-dependency-off");
    world_end(&world);
}

TEST(test_a_phase_that_it_does_not_support_fails_it)
{
    struct plan_world world;
    world_begin(&world, "late_phase=\"BOOT1\"\n");
    world_module(&world, "late phases=RUN");
    world_statics(&world, "late");
    world_plan(&world);
    assert_plan(&world, "failed: late");
    assert_codes(&world.memory, &world.diags, "plan-phase-unsupported");
    world_end(&world);
}

TEST(test_no_memory_for_static_modules)
{
    for (size_t allocations = 0; allocations < 40; allocations++) {
        struct plan_world world;
        world_begin(&world, "");
        world_limit(&world, allocations);
        world_module(&world, "a");
        world_module(&world, "b depends=a");
        world_statics(&world, "b,a");
        world_plan(&world);
        assert_true(world.memory.refused == 0 || !world.ordered);
        world_end(&world);
    }
}
