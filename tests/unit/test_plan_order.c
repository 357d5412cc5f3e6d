// SPDX-License-Identifier: BSD-2-Clause
// The rules of the phases (docs/phases.md), one by one, with their corner cases: who is loaded when
// and in which order, what fails, and with which message.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <btl/link.h>

#include "plan_world.h"

// A whole case: a configuration, up to eight modules, the plan and the messages it must give.
struct rule_case {
    const char *conf;
    const char *modules[8];
    const char *plan;
    const char *codes;
};

static void check(const struct rule_case *rule)
{
    struct plan_world world;
    world_begin(&world, rule->conf);
    for (size_t i = 0; i < BTL_COUNT(rule->modules) && rule->modules[i] != NULL; i++)
        world_module(&world, rule->modules[i]);
    world_plan(&world);
    assert_plan(&world, rule->plan);
    assert_codes(&world.memory, &world.diags, rule->codes);
    assert_int_equal(world.ordered, strstr(rule->plan, "failed") == NULL);
    for (uint32_t i = 0; i < world.plan.module_count; i++)
        assert_int_equal(world.plan.modules[i].verdict == BTL_FAILED,
                         world.plan.modules[i].reason != NULL);
    world_end(&world);
}

#define CHECK(...) check(&(struct rule_case){__VA_ARGS__})

// The messages of a plan, one a line.
static void check_messages(const char *conf, const char *const *modules, const char *expected)
{
    struct plan_world world;
    world_begin(&world, conf);
    for (; *modules != NULL; modules++)
        world_module(&world, *modules);
    world_plan(&world);
    assert_string_equal(test_diags_text(&world.own, &world.diags), expected);
    world_end(&world);
}

#define CHECK_MESSAGES(conf, expected, ...)                                                        \
    check_messages((conf), (const char *const[]){__VA_ARGS__, NULL}, (expected))

// --------------------------------------------------------------------------------------- rule 1

// The table of docs/phases.md: supported phases down, configured phase across.
static void test_rule_1_every_supported_with_every_configured_phase(void **state)
{
    static const char *const supported[] = {"BOOT1",     "BOOT2",     "BOOT1,BOOT2",    "RUN",
                                            "BOOT1,RUN", "BOOT2,RUN", "BOOT1,BOOT2,RUN"};
    static const char *const allowed[] = {"1", "2", "12", "IA", "1IA", "2IA", "12IA"};
    static const char *const configured[] = {"BOOT1", "BOOT2", "INIT", "AUTO"};
    static const char *const plans[] = {"BOOT1: a", "BOOT2: a", "INIT: a", "ready: a"};
    static const char letters[] = "12IA";
    for (size_t s = 0; s < BTL_COUNT(supported); s++) {
        for (size_t c = 0; c < BTL_COUNT(configured); c++) {
            char conf[64], module[64];
            bool good = strchr(allowed[s], letters[c]) != NULL;
            snprintf(conf, sizeof(conf), "a_load=\"YES\"\na_phase=\"%s\"\n", configured[c]);
            snprintf(module, sizeof(module), "a phases=%s", supported[s]);
            CHECK(conf, {module}, good ? plans[c] : "failed: a",
                  good ? "" : "plan-phase-unsupported");
        }
    }
}

static void test_rule_1_message_has_file_line_and_choices(void **state)
{
    CHECK_MESSAGES("a_load=\"YES\"\n# where\n  a_phase=\"BOOT2\"\n",
                   "loader.conf:3:3: error: a: configured for BOOT2, but it supports only "
                   "BOOT1,RUN; set a_phase to BOOT1, INIT or AUTO [plan-phase-unsupported]\n",
                   "a phases=BOOT1,RUN");
    CHECK_MESSAGES("a_load=\"YES\"\na_phase=\"INIT\"\n",
                   "loader.conf:2:1: error: a: configured for INIT, but it supports only BOOT2; "
                   "set a_phase to BOOT2 [plan-phase-unsupported]\n",
                   "a phases=BOOT2");
}

static void test_rule_1_dependency_that_breaks_it_fails_its_dependents(void **state)
{
    CHECK("a_load=\"YES\"\nb_load=\"YES\"\nb_phase=\"BOOT1\"\nc_load=\"YES\"\n",
          {"a depends=b", "b phases=RUN", "c"}, "INIT: c; failed: a b",
          "plan-phase-unsupported plan-dependency-failed");
}

static void test_rule_1_does_not_bind_a_dependency_that_nobody_configured(void **state)
{
    // lib is AUTO by rule 13 but does not support RUN: it is loaded where it is pulled.
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\n", {"a phases=BOOT1 depends=lib", "lib phases=BOOT1"},
          "BOOT1: lib<a a", "");
}

// --------------------------------------------------------------------------------------- rule 2

static void test_rule_2_registered_in_phase_1_when_it_supports_boot1(void **state)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\na_phase=\"INIT\"\nb_load=\"YES\"\nb_phase=\"INIT\"\n"
                        "c_load=\"YES\"\nc_phase=\"BOOT2\"\n");
    world_module(&world, "a phases=BOOT1,RUN");
    world_module(&world, "b phases=RUN");
    world_module(&world, "c phases=BOOT1,BOOT2");
    world_plan(&world);
    assert_plan(&world, "BOOT2: c; INIT: a b");
    assert_int_equal(world_planned(&world, "a")->registered, BTL_PHASE_BOOT1);
    assert_int_equal(world_planned(&world, "b")->registered, BTL_PHASE_BOOT2);
    assert_int_equal(world_planned(&world, "c")->registered, BTL_PHASE_BOOT1);
    world_end(&world);
}

// --------------------------------------------------------------------------------------- rule 3

static void test_rule_3_dependency_is_pulled_into_the_phase_of_its_dependent(void **state)
{
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\nb_load=\"YES\"\n",
          {"a phases=BOOT1,RUN depends=b", "b phases=BOOT1,RUN"}, "BOOT1: b<a a", "");
}

static void test_rule_3_the_earliest_dependent_decides(void **state)
{
    CHECK("late_load=\"YES\"\nearly_load=\"YES\"\nearly_phase=\"BOOT1\"\n"
          "mid_load=\"YES\"\nmid_phase=\"BOOT2\"\n",
          {"late depends=lib", "early phases=BOOT1 depends=lib", "mid phases=BOOT2 depends=lib",
           "lib phases=BOOT1,BOOT2,RUN"},
          "BOOT1: lib<early early; BOOT2: mid; INIT: late", "");
}

static void test_rule_3_pull_goes_all_the_way_down(void **state)
{
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\nc_load=\"YES\"\nc_phase=\"BOOT2\"\n",
          {"a phases=BOOT1 depends=b", "b phases=BOOT1,RUN depends=c",
           "c phases=BOOT1,BOOT2 depends=d", "d phases=BOOT1,RUN"},
          "BOOT1: d<c c<b b<a a", "");
}

static void test_rule_3_dependency_in_an_earlier_phase_stays_there(void **state)
{
    CHECK("a_load=\"YES\"\nb_load=\"YES\"\nb_phase=\"BOOT1\"\n", {"a depends=b", "b phases=BOOT1"},
          "BOOT1: b; INIT: a", "");
}

static void test_rule_3_dependency_of_the_same_phase_is_not_called_pulled(void **state)
{
    CHECK("a_load=\"YES\"\nb_load=\"YES\"\n", {"a depends=b", "b"}, "INIT: b a", "");
}

static void test_rule_3_dependency_that_does_not_support_the_phase_fails_the_dependent(void **state)
{
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\nb_load=\"YES\"\n",
          {"a phases=BOOT1 depends=b", "b phases=BOOT2,RUN"}, "INIT: b; failed: a",
          "plan-dependency-phase");
}

static void test_rule_3_message_names_both_and_the_line(void **state)
{
    CHECK_MESSAGES("a_load=\"YES\"\na_phase=\"BOOT1\"\nb_load=\"YES\"\n",
                   "loader.conf:2:1: error: a: it needs b in phase BOOT1, but b supports only "
                   "BOOT2,RUN; configure a phase that both support [plan-dependency-phase]\n",
                   "a phases=BOOT1 depends=b", "b phases=BOOT2,RUN");
    CHECK_MESSAGES(
        "a_load=\"YES\"\nb_load=\"YES\"\nc_load=\"YES\"\n",
        "loader.conf:1:1: error: a: it needs b in phase BOOT1, and by way of that c, but "
        "c supports only RUN; configure a phase that all support "
        "[plan-dependency-phase-through]\n",
        "a phases=BOOT1 depends=b", "b phases=BOOT1,RUN depends=c", "c");
}

static void test_rule_3_every_unfit_dependency_is_reported(void **state)
{
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\nb_load=\"YES\"\nc_load=\"YES\"\nd_load=\"YES\"\n",
          {"a phases=BOOT1 depends=b,gone,c,d", "b", "c phases=BOOT1,RUN",
           "d phases=BOOT1,RUN "
           "depends=b"},
          "INIT: b c d; failed: a gone",
          "plan-module-unusable plan-dependency-phase plan-dependency-failed "
          "plan-dependency-phase-through");
}

static void test_rule_3_dependent_that_fails_pulls_nothing(void **state)
{
    // a would pull good into BOOT1, but bad cannot follow: good stays where it is configured.
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\ngood_load=\"YES\"\nbad_load=\"YES\"\n",
          {"a phases=BOOT1 depends=good,bad", "good phases=BOOT1,RUN", "bad"},
          "INIT: good bad; failed: a", "plan-dependency-phase");
}

static void test_rule_3_dependency_placed_early_by_another_serves(void **state)
{
    // c does not support BOOT2, but d has pulled it into BOOT1 before b asks for it.
    CHECK("b_load=\"YES\"\nb_phase=\"BOOT2\"\nd_load=\"YES\"\nd_phase=\"BOOT1\"\n",
          {"b phases=BOOT2 depends=c", "c phases=BOOT1,RUN", "d phases=BOOT1 depends=c"},
          "BOOT1: c<d d; BOOT2: b", "");
}

static void test_rule_3_module_that_failed_in_its_phase_is_not_tried_later(void **state)
{
    // b cannot have c in BOOT2. That it could in INIT, where a asks for it, is not what was
    // configured.
    CHECK("a_load=\"YES\"\nb_load=\"YES\"\nb_phase=\"BOOT2\"\nc_load=\"YES\"\n",
          {"a depends=b", "b phases=BOOT2,RUN depends=c", "c"}, "INIT: c; failed: a b",
          "plan-dependency-phase plan-dependency-failed");
}

static void test_rule_3_diamond_is_loaded_once(void **state)
{
    CHECK("top_load=\"YES\"\ntop_phase=\"BOOT1\"\n",
          {"top phases=BOOT1 depends=left,right", "left phases=BOOT1,RUN depends=base",
           "right phases=BOOT1,RUN depends=base", "base phases=BOOT1,RUN"},
          "BOOT1: base<left left<top right<top top", "");
}

// --------------------------------------------------------------------------------------- rule 4

static void test_rule_4_run_only_module_is_never_loaded_before_init(void **state)
{
    CHECK("a_load=\"YES\"\na_phase=\"BOOT2\"\n", {"a phases=BOOT2 depends=lib", "lib phases=RUN"},
          "ready: lib; failed: a", "plan-dependency-phase");
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\n", {"a phases=BOOT1 depends=lib", "lib phases=RUN"},
          "ready: lib; failed: a", "plan-dependency-phase");
    CHECK("a_load=\"YES\"\n", {"a depends=lib", "lib phases=RUN"}, "INIT: lib<a a", "");
}

// --------------------------------------------------------------------------------------- rule 5

static void test_rule_5_only_misc_may_be_registered_in_phase_1(void **state)
{
    static const char *const types[] = {"misc", "wsio_class", "wsio_intfc", "streams_drv",
                                        "streams_mod"};
    for (size_t i = 0; i < BTL_COUNT(types); i++) {
        char module[64];
        snprintf(module, sizeof(module), "a phases=BOOT1,RUN type=%s", types[i]);
        // It fails whatever it is configured for: it is registered in phase 1 all the same.
        CHECK("a_load=\"YES\"\na_phase=\"INIT\"\n", {module}, i == 0 ? "INIT: a" : "failed: a",
              i == 0 ? "" : "plan-type-in-phase1");
        snprintf(module, sizeof(module), "a phases=BOOT2,RUN type=%s", types[i]);
        CHECK("a_load=\"YES\"\na_phase=\"BOOT2\"\n", {module}, "BOOT2: a", "");
    }
}

static void test_rule_5_holds_for_dependencies_and_is_reported_beside_rule_1(void **state)
{
    CHECK("a_load=\"YES\"\na_phase=\"BOOT2\"\n",
          {"a phases=BOOT1 type=wsio_class depends=lib", "lib phases=BOOT1 type=streams_mod"},
          "failed: a lib", "plan-phase-unsupported plan-type-in-phase1 plan-type-in-phase1");
}

// --------------------------------------------------------------------------------------- rule 6

static void test_rule_6_auto_modules_are_ready_and_come_last(void **state)
{
    CHECK("a_load=\"YES\"\na_phase=\"AUTO\"\nb_load=\"YES\"\n", {"a phases=BOOT1,RUN", "b"},
          "INIT: b; ready: a", "");
}

static void test_rule_6_auto_module_keeps_its_dependencies_ready_and_before_it(void **state)
{
    CHECK("a_load=\"YES\"\na_phase=\"AUTO\"\n", {"a depends=b", "b depends=c", "c"}, "ready: c b a",
          "");
}

static void test_rule_6_auto_module_is_pulled_when_something_needs_it(void **state)
{
    CHECK("auto_load=\"YES\"\nauto_phase=\"AUTO\"\na_load=\"YES\"\n", {"auto", "a depends=auto"},
          "INIT: auto<a a", "");
}

static void test_rule_6_auto_module_with_an_unfit_dependency_fails(void **state)
{
    CHECK("a_load=\"YES\"\na_phase=\"AUTO\"\n", {"a depends=lib", "lib phases=BOOT1"},
          "failed: a lib", "plan-dependency-phase plan-never-pulled");
}

static void test_rule_6_auto_module_may_need_a_boot_module_that_is_there(void **state)
{
    CHECK("a_load=\"YES\"\na_phase=\"AUTO\"\nb_load=\"YES\"\n", {"a depends=b", "b phases=BOOT1"},
          "BOOT1: b; ready: a", "");
}

// --------------------------------------------------------------------------------------- rule 7

static void test_rule_7_dependencies_first_then_the_order_of_the_file(void **state)
{
    CHECK("z_load=\"YES\"\ny_load=\"YES\"\nx_load=\"YES\"\nw_load=\"YES\"\n",
          {"z", "y depends=w,v", "x depends=u", "w", "v", "u"}, "INIT: z w v<y y u<x x", "");
}

static void test_rule_7_phases_come_in_the_order_of_time(void **state)
{
    CHECK("d_load=\"YES\"\nd_phase=\"AUTO\"\nc_load=\"YES\"\nc_phase=\"INIT\"\n"
          "b_load=\"YES\"\nb_phase=\"BOOT2\"\na_load=\"YES\"\na_phase=\"BOOT1\"\n",
          {"d", "c", "b phases=BOOT2", "a phases=BOOT1"}, "BOOT1: a; BOOT2: b; INIT: c; ready: d",
          "");
}

// --------------------------------------------------------------------------------------- rule 8

static void test_rule_8_dependents_of_a_failed_module_fail_and_the_rest_goes_on(void **state)
{
    CHECK("a_load=\"YES\"\nb_load=\"YES\"\nc_load=\"YES\"\nd_load=\"YES\"\n",
          {"b depends=a", "c depends=b", "d"}, "INIT: d; failed: a b c",
          "plan-module-unusable plan-dependency-failed plan-dependency-failed");
}

static void test_rule_8_dependency_that_has_failed_already_is_the_reason_given(void **state)
{
    // Not c, which is why b failed: b has a message of its own.
    CHECK("b_load=\"YES\"\nb_phase=\"BOOT1\"\na_load=\"YES\"\na_phase=\"BOOT1\"\nc_load=\"YES\"\n",
          {"a phases=BOOT1 depends=b", "b phases=BOOT1 depends=c", "c"}, "INIT: c; failed: b a",
          "plan-dependency-phase plan-dependency-failed");
}

static void test_rule_8_required_module_that_fails_stops_the_boot(void **state)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nb_load=\"YES\"\nb_required=\"YES\"\n"
                        "c_load=\"YES\"\nc_required=\"YES\"\n");
    world_module(&world, "b depends=a");
    world_module(&world, "c");
    world_plan(&world);
    assert_int_equal(btl_plan_required_failure(&world.plan), world_index(&world, "b"));
    assert_false(btl_plan_check_required(&world.plan));
    assert_int_equal(world.plan.diags->last->code, BTL_BOOT_REQUIRED);
    assert_int_equal(world.plan.diags->last->place.line, 3);
    world_end(&world);
}

static void test_rule_8_failed_module_that_is_not_required_does_not_stop_the_boot(void **state)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nc_load=\"YES\"\nc_required=\"YES\"\n");
    world_module(&world, "c");
    world_plan(&world);
    assert_int_equal(btl_plan_required_failure(&world.plan), BTL_NONE);
    assert_true(btl_plan_check_required(&world.plan));
    world_fail(&world, "c");
    assert_int_equal(btl_plan_required_failure(&world.plan), world_index(&world, "c"));
    world_end(&world);
}

static void test_rule_8_required_dependency_that_is_off_stops_the_boot(void **state)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nb_load=\"NO\"\nb_required=\"YES\"\n");
    world_module(&world, "a depends=b");
    world_plan(&world);
    assert_int_equal(btl_plan_required_failure(&world.plan), world_index(&world, "b"));
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

static void test_rule_8_failure_after_ordering_takes_the_dependents_with_it(void **state)
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

static void test_rule_8_dependents_that_fail_later_name_the_dependency(void **state)
{
    struct plan_world world;
    begin_five(&world);
    world_fail(&world, "c");
    assert_string_equal(test_diag_text(&world.own, world_planned(&world, "d")->reason),
                        "loader.conf:4:1: error: d: it needs c, which cannot be loaded; see there "
                        "for the reason [plan-dependency-failed]");
    assert_string_equal(test_diag_text(&world.own, world_planned(&world, "e")->reason),
                        "loader.conf:5:1: error: e: it needs d, which cannot be loaded; see there "
                        "for the reason [plan-dependency-failed]");
    world_end(&world);
}

static void test_rule_8_failing_twice_is_failing_once(void **state)
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

static void test_rule_8_pulled_dependency_stays_when_its_dependent_fails_later(void **state)
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

static void test_rule_8_module_that_is_off_cannot_fail(void **state)
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

// -------------------------------------------------------------------------------------- rule 11

static void test_rule_11_symbols_come_from_the_kernel_and_declared_dependencies_alone(void **state)
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

// -------------------------------------------------------------------------------------- rule 12

static void test_rule_12_cycle_is_printed_and_all_members_fail(void **state)
{
    CHECK("a_load=\"YES\"\nx_load=\"YES\"\n", {"a depends=b", "b depends=c", "c depends=a", "x"},
          "INIT: x; failed: a b c", "plan-cycle");
    CHECK_MESSAGES("x_load=\"YES\"\na_load=\"YES\"\n",
                   "loader.conf:2:1: error: a: dependencies form a cycle, so none of these modules "
                   "can be loaded first: a -> b -> c -> a [plan-cycle]\n",
                   "a depends=b", "b depends=c", "c depends=a", "x");
}

static void test_rule_12_module_that_needs_itself_is_a_cycle(void **state)
{
    CHECK_MESSAGES("a_load=\"YES\"\n",
                   "loader.conf:1:1: error: a: dependencies form a cycle, so none of these modules "
                   "can be loaded first: a -> a [plan-cycle]\n",
                   "a depends=a");
    CHECK("a_load=\"YES\"\n", {"a depends=a"}, "failed: a", "plan-cycle");
}

static void test_rule_12_dependents_of_a_cycle_fail_but_its_dependencies_do_not(void **state)
{
    CHECK("top_load=\"YES\"\nbase_load=\"YES\"\n",
          {"top depends=a", "a depends=b", "b depends=a,base", "base"},
          "INIT: base; failed: top a b", "plan-cycle plan-dependency-failed");
}

static void test_rule_12_two_cycles_are_two_messages(void **state)
{
    CHECK("a_load=\"YES\"\nc_load=\"YES\"\n",
          {"a depends=b", "b depends=a", "c depends=d,a", "d depends=c"}, "failed: a c b d",
          "plan-cycle plan-cycle");
}

static void test_rule_12_members_off_the_printed_cycle_refer_to_it(void **state)
{
    CHECK_MESSAGES("a_load=\"YES\"\n",
                   "loader.conf:1:1: error: a: dependencies form a cycle, so none of these modules "
                   "can be loaded first: a -> b -> a [plan-cycle]\n"
                   "/modules/c.ko: error: c: it and a need each other by way of others; break the "
                   "cycle that is reported for a first [plan-cycle-member]\n",
                   "a depends=b", "b depends=c,a", "c depends=b");
}

static void test_rule_12_long_cycle_needs_no_deep_stack(void **state)
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

// -------------------------------------------------------------------------------------- rule 13

static void test_rule_13_dependency_that_is_not_mentioned_is_auto(void **state)
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

static void test_rule_13_dependency_that_is_mentioned_without_load_is_auto_too(void **state)
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
    assert_true(world_planned(&world, "lib")->required);
    assert_int_equal(world_index(&world, "lib"), 1); // behind those that take part
    world_end(&world);
}

static void test_rule_13_missing_dependency_fails_its_dependent(void **state)
{
    CHECK("a_load=\"YES\"\n", {"a depends=gone"}, "failed: a gone",
          "plan-module-unusable plan-dependency-failed");
}

static void test_rule_13_dependency_switched_off_stays_off(void **state)
{
    CHECK("a_load=\"YES\"\nb_load=\"NO\"\nc_load=\"YES\"\n", {"a depends=b", "b", "c"},
          "INIT: c; off: b; failed: a", "plan-dependency-off");
    CHECK_MESSAGES("a_load=\"YES\"\n\nb_load=\"NO\"\n",
                   "loader.conf:1:1: error: a: it needs b, which b_load=\"NO\" in line 3 switches "
                   "off; switch that on, or this off [plan-dependency-off]\n",
                   "a depends=b", "b");
}

static void test_rule_13_blacklisted_dependency_stays_off(void **state)
{
    CHECK("a_load=\"YES\"\nb_load=\"YES\"\nmodule_blacklist=\"b\"\n", {"a depends=b", "b"},
          "off: b; failed: a", "plan-blacklisted plan-dependency-blacklisted");
    CHECK_MESSAGES(
        "a_load=\"YES\"\nmodule_blacklist=\"x\"\nb_load=\"NO\"\nmodule_blacklist=\"b\"\n",
        "loader.conf:1:1: error: a: it needs b, which module_blacklist in line 4 "
        "switches off; take it out there, or switch this off "
        "[plan-dependency-blacklisted]\n",
        "a depends=b", "b");
}

static void test_rule_13_module_that_is_off_is_not_read(void **state)
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

static void test_rule_13_what_is_off_deep_below_fails_all_above(void **state)
{
    // a, in BOOT1, is looked at before b, which is what fails because of c.
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\nc_load=\"NO\"\n",
          {"a phases=BOOT1 depends=b", "b phases=BOOT1,RUN depends=c", "c"}, "off: c; failed: a b",
          "plan-dependency-failed plan-dependency-off");
}

static void test_rule_13_boot_dependency_that_nothing_pulls_cannot_be_loaded(void **state)
{
    CHECK_MESSAGES("a_load=\"YES\"\n",
                   "loader.conf:1:1: error: a: it needs lib in phase INIT, but lib supports only "
                   "BOOT1,BOOT2; configure a phase that both support [plan-dependency-phase]\n"
                   "/modules/lib.ko: error: lib: known as a dependency alone, it supports only "
                   "BOOT1,BOOT2, and no module that loads then needs it; configure it or its "
                   "dependents for that [plan-never-pulled]\n",
                   "a depends=lib", "lib phases=BOOT1,BOOT2");
}

// The worked example of docs/phases.md.
static void test_the_example_of_the_documentation(void **state)
{
    CHECK("ring_load=\"YES\"\nearlylog_load=\"YES\"\nearlylog_phase=\"BOOT1\"\n"
          "disk_load=\"YES\"\ndisk_phase=\"BOOT2\"\nreport_load=\"YES\"\n"
          "trace_load=\"YES\"\ntrace_phase=\"BOOT1\"\nspare_load=\"YES\"\n"
          "spare_phase=\"AUTO\"\n",
          {"ring phases=BOOT1,BOOT2,RUN", "earlylog phases=BOOT1,BOOT2 depends=ring",
           "disk phases=BOOT2,RUN depends=pci", "pci phases=BOOT2,RUN",
           "report phases=RUN depends=disk,fmt", "fmt phases=RUN",
           "trace phases=BOOT1,RUN depends=report", "spare phases=RUN depends=fmt"},
          "BOOT1: ring<earlylog earlylog; BOOT2: pci<disk disk; INIT: fmt<report report; "
          "ready: spare; failed: trace",
          "plan-dependency-phase");
}

static void test_names_of_verdicts(void **state)
{
    assert_string_equal(btl_verdict_name(BTL_PENDING), "pending");
    assert_string_equal(btl_verdict_name(BTL_LOAD), "load");
    assert_string_equal(btl_verdict_name(BTL_READY), "ready");
    assert_string_equal(btl_verdict_name(BTL_OFF), "off");
    assert_string_equal(btl_verdict_name(BTL_FAILED), "failed");
    assert_string_equal(btl_verdict_name((enum btl_verdict)99), "?");
}

// ----------------------------------------------------------------------------------------- main

#define TEST(name) cmocka_unit_test(test_##name)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(rule_1_every_supported_with_every_configured_phase),
        TEST(rule_1_message_has_file_line_and_choices),
        TEST(rule_1_dependency_that_breaks_it_fails_its_dependents),
        TEST(rule_1_does_not_bind_a_dependency_that_nobody_configured),
        TEST(rule_2_registered_in_phase_1_when_it_supports_boot1),
        TEST(rule_3_dependency_is_pulled_into_the_phase_of_its_dependent),
        TEST(rule_3_the_earliest_dependent_decides),
        TEST(rule_3_pull_goes_all_the_way_down),
        TEST(rule_3_dependency_in_an_earlier_phase_stays_there),
        TEST(rule_3_dependency_of_the_same_phase_is_not_called_pulled),
        TEST(rule_3_dependency_that_does_not_support_the_phase_fails_the_dependent),
        TEST(rule_3_message_names_both_and_the_line),
        TEST(rule_3_every_unfit_dependency_is_reported),
        TEST(rule_3_dependent_that_fails_pulls_nothing),
        TEST(rule_3_dependency_placed_early_by_another_serves),
        TEST(rule_3_module_that_failed_in_its_phase_is_not_tried_later),
        TEST(rule_3_diamond_is_loaded_once),
        TEST(rule_4_run_only_module_is_never_loaded_before_init),
        TEST(rule_5_only_misc_may_be_registered_in_phase_1),
        TEST(rule_5_holds_for_dependencies_and_is_reported_beside_rule_1),
        TEST(rule_6_auto_modules_are_ready_and_come_last),
        TEST(rule_6_auto_module_keeps_its_dependencies_ready_and_before_it),
        TEST(rule_6_auto_module_is_pulled_when_something_needs_it),
        TEST(rule_6_auto_module_with_an_unfit_dependency_fails),
        TEST(rule_6_auto_module_may_need_a_boot_module_that_is_there),
        TEST(rule_7_dependencies_first_then_the_order_of_the_file),
        TEST(rule_7_phases_come_in_the_order_of_time),
        TEST(rule_8_dependents_of_a_failed_module_fail_and_the_rest_goes_on),
        TEST(rule_8_dependency_that_has_failed_already_is_the_reason_given),
        TEST(rule_8_required_module_that_fails_stops_the_boot),
        TEST(rule_8_failed_module_that_is_not_required_does_not_stop_the_boot),
        TEST(rule_8_required_dependency_that_is_off_stops_the_boot),
        TEST(rule_8_failure_after_ordering_takes_the_dependents_with_it),
        TEST(rule_8_dependents_that_fail_later_name_the_dependency),
        TEST(rule_8_failing_twice_is_failing_once),
        TEST(rule_8_pulled_dependency_stays_when_its_dependent_fails_later),
        TEST(rule_8_module_that_is_off_cannot_fail),
        TEST(rule_11_symbols_come_from_the_kernel_and_declared_dependencies_alone),
        TEST(rule_12_cycle_is_printed_and_all_members_fail),
        TEST(rule_12_module_that_needs_itself_is_a_cycle),
        TEST(rule_12_dependents_of_a_cycle_fail_but_its_dependencies_do_not),
        TEST(rule_12_two_cycles_are_two_messages),
        TEST(rule_12_members_off_the_printed_cycle_refer_to_it),
        TEST(rule_12_long_cycle_needs_no_deep_stack),
        TEST(rule_13_dependency_that_is_not_mentioned_is_auto),
        TEST(rule_13_dependency_that_is_mentioned_without_load_is_auto_too),
        TEST(rule_13_missing_dependency_fails_its_dependent),
        TEST(rule_13_dependency_switched_off_stays_off),
        TEST(rule_13_blacklisted_dependency_stays_off),
        TEST(rule_13_module_that_is_off_is_not_read),
        TEST(rule_13_what_is_off_deep_below_fails_all_above),
        TEST(rule_13_boot_dependency_that_nothing_pulls_cannot_be_loaded),
        TEST(the_example_of_the_documentation),
        TEST(names_of_verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
