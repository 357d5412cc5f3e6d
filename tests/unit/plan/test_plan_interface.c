// SPDX-License-Identifier: BSD-2-Clause
// Rule 11: a module gets the interfaces that it was built for.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test_case.h"

#include "plan_world.h"

// Module a with `needs`, its dependency lib with `provides`, and other, which it does not declare,
// with other:1.0; the kernel provides kernel:1.2.
static const char *codes_of_need(const char *needs, const char *provides)
{
    static char codes[256];
    char description[256];
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nother_load=\"YES\"\n");
    world_kernel(&world, "kernel:1.2");
    snprintf(description, sizeof(description), "a depends=lib needs=%s", needs);
    world_module(&world, description);
    snprintf(description, sizeof(description), "lib provides=%s", provides);
    world_module(&world, description);
    world_module(&world, "other provides=other:1.0");
    world_plan(&world);
    snprintf(codes, sizeof(codes), "%s", test_codes(&world.memory, &world.diags));
    assert_int_equal(world.ordered, codes[0] == '\0');
    assert_plan(&world,
                world.ordered ? "INIT: lib<a a other" : "INIT: other; ready: lib; failed: a");
    world_end(&world);
    return codes;
}

TEST(test_rule_11_interface_of_kernel_or_dependency_serves)
{
    assert_string_equal(codes_of_need("kernel:1.2", ""), "");
    assert_string_equal(codes_of_need("kernel:1.0", ""), "");
    assert_string_equal(codes_of_need("ring:3.4", "ring:3.4"), "");
    assert_string_equal(codes_of_need("ring:3.4", "ring:3.9"), "");
    assert_string_equal(codes_of_need("ring:3.4,kernel:1.1,ring:3.0", "log:1.0,ring:3.9"), "");
}

TEST(test_rule_11_any_of_several_versions_serves)
{
    assert_string_equal(codes_of_need("ring:2.1", "ring:1.7,ring:2.3,ring:2.0"), "");
    assert_string_equal(codes_of_need("ring:1.1", "ring:2.3,ring:1.0,ring:1.7"), "");
    assert_string_equal(codes_of_need("kernel:2.0", "kernel:2.0"), "");
}

TEST(test_rule_11_other_version_is_refused)
{
    assert_string_equal(codes_of_need("kernel:1.3", ""), "plan-interface-version");
    assert_string_equal(codes_of_need("kernel:2.0", ""), "plan-interface-version");
    assert_string_equal(codes_of_need("kernel:0.0", ""), "plan-interface-version");
    assert_string_equal(codes_of_need("ring:2.4", "ring:1.9,ring:2.3,ring:3.0"),
                        "plan-interface-version");
}

TEST(test_rule_11_missing_interface_is_refused)
{
    assert_string_equal(codes_of_need("ring:1.0", ""), "plan-interface-missing");
    assert_string_equal(codes_of_need("ring:1.0,log:1.0", ""),
                        "plan-interface-missing plan-interface-missing");
}

TEST(test_rule_11_interface_of_a_module_that_is_no_dependency_is_refused)
{
    assert_string_equal(codes_of_need("other:1.0", ""), "plan-interface-undeclared");
}

TEST(test_rule_11_version_mismatch_names_both_versions_and_the_provider)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nb_load=\"YES\"\n");
    world_kernel(&world, "kernel:1.2");
    world_module(&world, "a needs=kernel:2.0");
    world_module(&world, "b needs=ring:1.5,none:1.0 depends=lib");
    world_module(&world, "lib provides=ring:1.4");
    world_plan(&world);
    assert_string_equal(
        world_messages(&world),
        "/modules/a.ko: error: a: it needs interface kernel:2.0, but the kernel provides "
        "kernel:1.2; use versions that match [plan-interface-version]\n"
        "/modules/b.ko: error: b: it needs interface ring:1.5, but lib provides ring:1.4; use "
        "versions that match [plan-interface-version]\n"
        "/modules/b.ko: error: b: it needs interface none:1.0, which neither the kernel nor a "
        "module provides; use a kernel or a dependency that provides it "
        "[plan-interface-missing]\n");
    world_end(&world);
}

TEST(test_rule_11_own_interface_does_not_serve)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_module(&world, "a needs=ring:1.0 provides=ring:1.0");
    world_plan(&world);
    assert_codes(&world.memory, &world.diags, "plan-interface-missing");
    world_end(&world);
}

TEST(test_rule_11_missing_interface_is_not_reported_when_a_dependency_is_unknown)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_module(&world, "a needs=ring:1.0 depends=gone");
    world_plan(&world);
    assert_plan(&world, "failed: a gone");
    assert_codes(&world.memory, &world.diags, "plan-module-unusable plan-dependency-failed");
    world_end(&world);
}

TEST(test_rule_11_kernel_without_metadata_provides_nothing)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_module(&world, "a needs=kernel:1.0");
    assert_true(
        btl_plan_begin(&world.plan, &world.config, NULL, &world.memory.arena, &world.diags));
    btl_plan_give(&world.plan, btl_plan_next_wanted(&world.plan),
                  world_file(&world, BTL_STR("/modules/a.ko")));
    assert_false(btl_plan_order(&world.plan));
    assert_codes(&world.memory, &world.diags, "plan-interface-missing");
    world_end(&world);
}

TEST(test_more_needs_than_the_limit_are_refused)
{
    struct plan_world world;
    char description[2048] = "a needs=";
    for (int i = 0; i < BTL_PLAN_NEEDS_MAX; i++)
        sprintf(description + strlen(description), "%skernel:1.0", i > 0 ? "," : "");
    for (int more = 0; more < 2; more++) {
        world_begin(&world, "a_load=\"YES\"\n");
        world_kernel(&world, "kernel:1.0");
        world_module(&world, description);
        world_plan(&world);
        assert_codes(&world.memory, &world.diags, more ? "plan-too-many-needs" : "");
        world_end(&world);
        strcat(description, ",kernel:1.0");
    }
}
