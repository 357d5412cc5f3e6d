// SPDX-License-Identifier: BSD-2-Clause
// What a module may use, cycles, and what is switched off: rules 11, 12 and 13 of docs/phases.md.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "test_case.h"

#include <btl/link.h>

#include "plan_rules.h"

// ----------------------------------------------------------------------------------------- rule 11

TEST(test_rule_11_symbols_come_from_the_kernel_and_declared_dependencies_alone)
{
    struct plan_world world;
    struct btl_scope scope;
    world_begin(&world, "a_load=\"YES\"\nother_load=\"YES\"\n");
    world_module(&world, "a depends=b");
    world_module(&world, "b depends=c");
    world_module(&world, "c");
    world_module(&world, "other depends=c");
    world_plan(&world);
    btl_plan_scope(&world.plan, world_index(&world, "a"), NULL, &scope);
    assert_true(scope.allowed(&scope, BTL_KERNEL));
    assert_true(scope.allowed(&scope, world_index(&world, "b")));
    assert_false(scope.allowed(&scope, world_index(&world, "c"))); // b's dependency, not a's
    assert_false(scope.allowed(&scope, world_index(&world, "other")));
    assert_false(scope.allowed(&scope, world_index(&world, "a")));
    assert_false(scope.allowed(&scope, BTL_NONE));
    assert_str(&world.own, scope.owner_name(&scope, world_index(&world, "b")), "b");
    assert_str(&world.own, scope.owner_name(&scope, BTL_KERNEL), "the kernel");
    btl_plan_scope(&world.plan, world_index(&world, "other"), NULL, &scope);
    assert_true(scope.allowed(&scope, world_index(&world, "c")));
    assert_false(scope.allowed(&scope, world_index(&world, "b")));
    world_end(&world);
}

// ----------------------------------------------------------------------------------------- rule 12

TEST(test_rule_12_cycle_is_printed_and_all_members_fail)
{
    CHECK("a_load=\"YES\"\nx_load=\"YES\"\n", {"a depends=b", "b depends=c", "c depends=a", "x"},
          "INIT: x; failed: a b c", "plan-cycle");
    CHECK_MESSAGES("x_load=\"YES\"\na_load=\"YES\"\n",
                   "loader.conf:2:1: error: a: these modules depend on each other in a cycle, so "
                   "none can be loaded first: a -> b -> c -> a; remove one of these dependencies "
                   "[plan-cycle]\n",
                   "a depends=b", "b depends=c", "c depends=a", "x");
}

TEST(test_rule_12_module_that_needs_itself_is_a_cycle)
{
    CHECK_MESSAGES("a_load=\"YES\"\n",
                   "loader.conf:1:1: error: a: these modules depend on each other in a cycle, so "
                   "none can be loaded first: a -> a; remove one of these dependencies "
                   "[plan-cycle]\n",
                   "a depends=a");
    CHECK("a_load=\"YES\"\n", {"a depends=a"}, "failed: a", "plan-cycle");
}

TEST(test_rule_12_dependents_of_a_cycle_fail_but_its_dependencies_do_not)
{
    CHECK("top_load=\"YES\"\nbase_load=\"YES\"\n",
          {"top depends=a", "a depends=b", "b depends=a,base", "base"},
          "INIT: base; failed: top a b", "plan-cycle plan-dependency-failed");
}

TEST(test_rule_12_two_cycles_are_two_messages)
{
    CHECK("a_load=\"YES\"\nc_load=\"YES\"\n",
          {"a depends=b", "b depends=a", "c depends=d,a", "d depends=c"}, "failed: a c b d",
          "plan-cycle plan-cycle");
}

TEST(test_rule_12_members_off_the_printed_cycle_refer_to_it)
{
    CHECK_MESSAGES("a_load=\"YES\"\n",
                   "loader.conf:1:1: error: a: these modules depend on each other in a cycle, so "
                   "none can be loaded first: a -> b -> a; remove one of these dependencies "
                   "[plan-cycle]\n"
                   "/modules/c.ko: error: c: it and a depend on each other through other "
                   "modules; break the cycle that is reported for a first [plan-cycle-member]\n",
                   "a depends=b", "b depends=c,a", "c depends=b");
}

TEST(test_rule_12_long_cycle_needs_no_deep_stack)
{
    enum { COUNT = 20000 };
    struct btl_modinfo *infos = calloc(COUNT, sizeof(*infos));
    struct btl_str *depends = calloc(COUNT, sizeof(*depends));
    char(*names)[16] = calloc(COUNT, sizeof(*names));
    struct plan_world world;
    uint32_t wanted;
    for (int i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof(names[i]), "m%d", i);
        infos[i].name = btl_str_of(names[i]);
        infos[i].supported = BTL_SUPPORTS_RUN;
    }
    for (int i = 0; i < COUNT; i++) {
        depends[i] = btl_str_of(names[(i + 1) % COUNT]);
        infos[i].depends = &depends[i];
        infos[i].depend_count = 1;
    }
    world_begin(&world, "m0_load=\"YES\"\n");
    btl_plan_begin(&world.plan, &world.config, NULL, &world.memory.arena, &world.diags);
    while ((wanted = btl_plan_next_wanted(&world.plan)) != BTL_NONE)
        btl_plan_give(&world.plan, wanted, &infos[wanted]);
    assert_false(btl_plan_order(&world.plan));
    assert_int_equal(world.plan.module_count, COUNT);
    assert_int_equal(world.plan.order_count, 0);
    assert_codes(&world.memory, &world.diags, "plan-cycle");
    world_end(&world);
    free(infos);
    free(depends);
    free(names);
}

// ----------------------------------------------------------------------------------------- rule 13

TEST(test_rule_13_dependency_that_is_not_mentioned_is_auto)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_module(&world, "a depends=lib");
    world_module(&world, "lib");
    world_plan(&world);
    assert_int_equal(world_planned(&world, "lib")->configured, BTL_PHASE_AUTO);
    assert_null(world_planned(&world, "lib")->config);
    assert_str(&world.own, world_planned(&world, "lib")->path, "/modules/lib.ko");
    assert_plan(&world, "INIT: lib<a a");
    world_end(&world);
}

TEST(test_rule_13_dependency_that_is_mentioned_without_load_is_auto_too)
{
    struct plan_world world;
    world_begin(&world, "lib_name=\"/x/lib.ko\"\nlib_phase=\"BOOT1\"\nlib_flags=\"f\"\n"
                        "lib_required=\"YES\"\na_load=\"YES\"\n");
    world_module(&world, "a depends=lib");
    world_module(&world, "lib file=/x/lib.ko"); // BOOT1 would break rule 1, but is not in force
    world_plan(&world);
    assert_true(world.ordered);
    assert_plan(&world, "INIT: lib<a a");
    assert_int_equal(world_planned(&world, "lib")->configured, BTL_PHASE_AUTO);
    assert_non_null(world_planned(&world, "lib")->config->flags);
    assert_int_equal(world_planned(&world, "lib")->on_error, BTL_ON_ERROR_REQUIRED);
    assert_int_equal(world_index(&world, "lib"), 1); // behind those that take part
    world_end(&world);
}

TEST(test_rule_13_missing_dependency_fails_its_dependent)
{
    CHECK("a_load=\"YES\"\n", {"a depends=gone"}, "failed: a gone",
          "plan-module-unusable plan-dependency-failed");
}

TEST(test_rule_13_dependency_switched_off_stays_off)
{
    CHECK("a_load=\"YES\"\nb_load=\"NO\"\nc_load=\"YES\"\n", {"a depends=b", "b", "c"},
          "INIT: c; off: b; failed: a", "plan-dependency-off");
    CHECK_MESSAGES("a_load=\"YES\"\n\nb_load=\"NO\"\n",
                   "loader.conf:1:1: error: a: it needs b, which b_load=\"NO\" in line 3 "
                   "switches off; switch b on, or this module off [plan-dependency-off]\n",
                   "a depends=b", "b");
}

TEST(test_rule_13_blacklisted_dependency_stays_off)
{
    CHECK("a_load=\"YES\"\nb_load=\"YES\"\nmodule_blacklist=\"b\"\n", {"a depends=b", "b"},
          "off: b; failed: a", "plan-blacklisted plan-dependency-blacklisted");
    CHECK_MESSAGES(
        "a_load=\"YES\"\nmodule_blacklist=\"x\"\nb_load=\"NO\"\nmodule_blacklist=\"b\"\n",
        "loader.conf:1:1: error: a: it needs b, which module_blacklist in line 4 switches off; "
        "remove b there, or switch this module off [plan-dependency-blacklisted]\n",
        "a depends=b", "b");
}

TEST(test_rule_13_module_that_is_off_is_not_read)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nb_load=\"NO\"\n");
    world_module(&world, "a depends=b");
    world_module(&world, "b depends=c");
    world_plan(&world);
    assert_null(world_planned(&world, "b")->info);
    assert_int_equal(world.plan.module_count, 2);
    world_end(&world);
}

TEST(test_rule_13_what_is_off_deep_below_fails_all_above)
{
    // a, in BOOT1, is looked at before b, which is what fails because of c.
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\nc_load=\"NO\"\n",
          {"a phases=BOOT1 depends=b", "b phases=BOOT1,RUN depends=c", "c"}, "off: c; failed: a b",
          "plan-dependency-failed plan-dependency-off");
}

TEST(test_rule_13_boot_dependency_that_nothing_pulls_cannot_be_loaded)
{
    CHECK_MESSAGES("a_load=\"YES\"\n",
                   "loader.conf:1:1: error: a: it needs lib in phase INIT, but lib supports only "
                   "BOOT1,BOOT2; configure a phase that both support [plan-dependency-phase]\n"
                   "/modules/lib.ko: error: lib: it supports only BOOT1,BOOT2, and no module "
                   "that needs it is loaded then; configure it, or a module that needs it, for "
                   "that phase [plan-never-pulled]\n",
                   "a depends=lib", "lib phases=BOOT1,BOOT2");
}
