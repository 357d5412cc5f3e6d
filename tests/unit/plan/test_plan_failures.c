// SPDX-License-Identifier: BSD-2-Clause
// What a failure spreads to, and what it means for the boot: rule 8 of docs/phases.md.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "test_case.h"

#include "plan_rules.h"

// ------------------------------------------------------------------------------------------ rule 8

TEST(test_rule_8_dependents_of_a_failed_module_fail_and_the_rest_goes_on)
{
    CHECK("a_load=\"YES\"\nb_load=\"YES\"\nc_load=\"YES\"\nd_load=\"YES\"\n",
          {"b depends=a", "c depends=b", "d"}, "INIT: d; failed: a b c",
          "plan-module-unusable plan-dependency-failed plan-dependency-failed");
}

TEST(test_rule_8_dependency_that_has_failed_already_is_the_reason_given)
{
    // Not c, which is why b failed: b has a message of its own.
    CHECK("b_load=\"YES\"\nb_phase=\"BOOT1\"\na_load=\"YES\"\na_phase=\"BOOT1\"\nc_load=\"YES\"\n",
          {"a phases=BOOT1 depends=b", "b phases=BOOT1 depends=c", "c"}, "INIT: c; failed: b a",
          "plan-dependency-phase plan-dependency-failed");
}

static void assert_action(const struct plan_world *world, bool fallback,
                          enum btl_failure_action action, uint32_t index)
{
    uint32_t found = 4711;
    assert_int_equal(btl_plan_action(&world->plan, fallback, &found), action);
    assert_int_equal(found, index);
}

TEST(test_rule_8_required_module_that_fails_stops_the_boot)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nb_load=\"YES\"\nb_required=\"YES\"\n"
                        "c_load=\"YES\"\nc_required=\"YES\"\n");
    world_module(&world, "b depends=a");
    world_module(&world, "c");
    world_plan(&world);
    assert_action(&world, false, BTL_STOP, world_index(&world, "b"));
    assert_false(btl_plan_check_required(&world.plan, false));
    assert_int_equal(world.plan.diags->last->code, BTL_BOOT_REQUIRED);
    assert_int_equal(world.plan.diags->last->place.line, 3);
    world_end(&world);
}

TEST(test_rule_8_failed_module_that_is_not_required_does_not_stop_the_boot)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nc_load=\"YES\"\nc_required=\"YES\"\n");
    world_module(&world, "c");
    world_plan(&world);
    assert_action(&world, false, BTL_GO_ON, world_index(&world, "a"));
    assert_true(btl_plan_check_required(&world.plan, false));
    world_fail(&world, "c");
    assert_action(&world, false, BTL_STOP, world_index(&world, "c"));
    world_end(&world);
}

TEST(test_rule_8_required_dependency_that_is_off_stops_the_boot)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nb_load=\"NO\"\nb_required=\"YES\"\n");
    world_module(&world, "a depends=b");
    world_plan(&world);
    assert_action(&world, false, BTL_STOP, world_index(&world, "b"));
    world_end(&world);
}

TEST(test_rule_8_strongest_action_of_all_failures_counts)
{
    static const struct {
        const char *conf;
        enum btl_failure_action without, with;
        const char *without_of, *with_of;
    } cases[] = {
        {"a_on_error=ignore\nb_on_error=ignore\n", BTL_GO_ON_SILENTLY, BTL_GO_ON_SILENTLY, "a",
         "a"},
        {"a_on_error=ignore\n", BTL_GO_ON, BTL_GO_ON, "b", "b"},
        {"b_on_error=fallback\n", BTL_GO_ON, BTL_FALL_BACK, "a", "b"},
        {"a_on_error=fallback\nb_required=YES\n", BTL_STOP, BTL_FALL_BACK, "b", "a"},
        {"a_required=YES\nb_on_error=halt\n", BTL_STOP, BTL_STOP, "a", "b"},
        {"a_required=YES\na_on_error=warn\n", BTL_GO_ON, BTL_GO_ON, "a", "a"},
        {"good_on_error=halt\n", BTL_GO_ON, BTL_GO_ON, "a", "a"},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct plan_world world;
        char conf[160];
        btl_format_to(conf, sizeof(conf), "good_load=YES\na_load=YES\nb_load=YES\n%s",
                      cases[i].conf);
        world_begin(&world, conf);
        world_module(&world, "good");
        world_plan(&world);
        assert_action(&world, false, cases[i].without, world_index(&world, cases[i].without_of));
        assert_action(&world, true, cases[i].with, world_index(&world, cases[i].with_of));
        world_end(&world);
    }
}

TEST(test_rule_8_what_is_said_is_what_is_done)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\na_required=\"YES\"\na_on_error=\"fallback\"\n"
                        "b_load=\"YES\"\nb_required=\"yes\"\n");
    world_module(&world, "b");
    world_plan(&world);
    assert_true(btl_plan_check_required(&world.plan, false)); // no fallback: as warn
    assert_false(btl_plan_check_required(&world.plan, true));
    assert_string_equal(
        test_diag_text(&world.memory, world.plan.diags->last),
        "loader.conf:3:1: error: a: this configuration is given up because a cannot be loaded "
        "(see above) and a_on_error=\"fallback\" falls back to the last good one; repair the "
        "module, or remove a_on_error to boot without it [boot-given-up]");
    world_fail(&world, "b");
    assert_false(btl_plan_check_required(&world.plan, false));
    assert_string_equal(
        test_diag_text(&world.memory, world.plan.diags->last),
        "loader.conf:5:1: error: b: the boot stops because b cannot be loaded (see above) and "
        "b_required=\"yes\" makes that fatal; repair the module, or remove b_required to boot "
        "without it [boot-required]");
    world_end(&world);
}

// Five modules: a and b stand alone, d needs c, e needs d and a.
static void begin_five(struct plan_world *world)
{
    world_begin(world, "a_load=\"YES\"\nb_load=\"YES\"\nc_load=\"YES\"\nd_load=\"YES\"\n"
                       "e_load=\"YES\"\ne_phase=\"AUTO\"\n");
    world_module(world, "a");
    world_module(world, "b");
    world_module(world, "c");
    world_module(world, "d depends=c");
    world_module(world, "e depends=d,a");
    world_plan(world);
    assert_plan(world, "INIT: a b c d; ready: e");
}

TEST(test_rule_8_failure_after_ordering_takes_the_dependents_with_it)
{
    struct plan_world world;
    begin_five(&world);
    world_fail(&world, "c");
    assert_plan(&world, "INIT: a b; failed: c d e");
    assert_int_equal(world.plan.order_count, 5); // a loop over it is not disturbed
    btl_plan_compact(&world.plan);
    assert_int_equal(world.plan.order_count, 2);
    assert_plan(&world, "INIT: a b; failed: c d e");
    assert_codes(&world.memory, &world.diags,
                 "plan-module-unusable plan-dependency-failed plan-dependency-failed");
    world_end(&world);
}

TEST(test_rule_8_dependents_that_fail_later_name_the_dependency)
{
    struct plan_world world;
    begin_five(&world);
    world_fail(&world, "c");
    assert_string_equal(test_diag_text(&world.own, world_planned(&world, "d")->reason),
                        "loader.conf:4:1: error: d: it needs c, which cannot be loaded; correct "
                        "the error of c first [plan-dependency-failed]");
    assert_string_equal(test_diag_text(&world.own, world_planned(&world, "e")->reason),
                        "loader.conf:5:1: error: e: it needs d, which cannot be loaded; correct "
                        "the error of d first [plan-dependency-failed]");
    world_end(&world);
}

TEST(test_rule_8_failing_twice_is_failing_once)
{
    struct plan_world world;
    begin_five(&world);
    world_fail(&world, "c");
    uint32_t errors = world.diags.errors;
    const struct btl_diag *reason = world_planned(&world, "e")->reason;
    world_fail(&world, "c");
    world_fail(&world, "d");
    assert_int_equal(world.diags.errors, errors);
    world_fail(&world, "a");
    assert_int_equal(world.diags.errors, errors + 1); // e has failed before, and keeps its reason
    assert_ptr_equal(world_planned(&world, "e")->reason, reason);
    btl_plan_compact(&world.plan);
    assert_plan(&world, "INIT: b; failed: a c d e");
    world_end(&world);
}

TEST(test_rule_8_pulled_dependency_stays_when_its_dependent_fails_later)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\na_phase=\"BOOT1\"\n");
    world_module(&world, "a phases=BOOT1 depends=lib");
    world_module(&world, "lib phases=BOOT1,RUN");
    world_plan(&world);
    world_fail(&world, "a");
    btl_plan_compact(&world.plan);
    assert_plan(&world, "BOOT1: lib<a; failed: a");
    world_end(&world);
}

TEST(test_rule_8_module_that_is_off_cannot_fail)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nb_load=\"NO\"\n");
    world_module(&world, "a depends=b");
    world_plan(&world);
    world_fail(&world, "b");
    assert_plan(&world, "off: b; failed: a");
    assert_codes(&world.memory, &world.diags, "plan-dependency-off");
    world_end(&world);
}
