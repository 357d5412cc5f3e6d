// SPDX-License-Identifier: BSD-2-Clause
// What is loaded in which order, and what comes along: rules 3, 6 and 7 of docs/phases.md, and its
// example.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "test_case.h"

#include "plan_rules.h"

// ------------------------------------------------------------------------------------------ rule 3

TEST(test_rule_3_dependency_is_pulled_into_the_phase_of_its_dependent)
{
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\nb_load=\"YES\"\n",
          {"a phases=BOOT1,RUN depends=b", "b phases=BOOT1,RUN"}, "BOOT1: b<a a", "");
}

TEST(test_rule_3_the_earliest_dependent_decides)
{
    CHECK("late_load=\"YES\"\nearly_load=\"YES\"\nearly_phase=\"BOOT1\"\n"
          "mid_load=\"YES\"\nmid_phase=\"BOOT2\"\n",
          {"late depends=lib", "early phases=BOOT1 depends=lib", "mid phases=BOOT2 depends=lib",
           "lib phases=BOOT1,BOOT2,RUN"},
          "BOOT1: lib<early early; BOOT2: mid; INIT: late", "");
}

TEST(test_rule_3_pull_goes_all_the_way_down)
{
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\nc_load=\"YES\"\nc_phase=\"BOOT2\"\n",
          {"a phases=BOOT1 depends=b", "b phases=BOOT1,RUN depends=c",
           "c phases=BOOT1,BOOT2 depends=d", "d phases=BOOT1,RUN"},
          "BOOT1: d<c c<b b<a a", "");
}

TEST(test_rule_3_dependency_in_an_earlier_phase_stays_there)
{
    CHECK("a_load=\"YES\"\nb_load=\"YES\"\nb_phase=\"BOOT1\"\n", {"a depends=b", "b phases=BOOT1"},
          "BOOT1: b; INIT: a", "");
}

TEST(test_rule_3_dependency_of_the_same_phase_is_not_called_pulled)
{
    CHECK("a_load=\"YES\"\nb_load=\"YES\"\n", {"a depends=b", "b"}, "INIT: b a", "");
}

TEST(test_rule_3_dependency_that_does_not_support_the_phase_fails_the_dependent)
{
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\nb_load=\"YES\"\n",
          {"a phases=BOOT1 depends=b", "b phases=BOOT2,RUN"}, "INIT: b; failed: a",
          "plan-dependency-phase");
}

TEST(test_rule_3_message_names_both_and_the_line)
{
    CHECK_MESSAGES("a_load=\"YES\"\na_phase=\"BOOT1\"\nb_load=\"YES\"\n",
                   "loader.conf:2:1: error: a: it needs b in phase BOOT1, but b supports only "
                   "BOOT2,RUN; configure a phase that both support [plan-dependency-phase]\n",
                   "a phases=BOOT1 depends=b", "b phases=BOOT2,RUN");
    CHECK_MESSAGES(
        "a_load=\"YES\"\nb_load=\"YES\"\nc_load=\"YES\"\n",
        "loader.conf:1:1: error: a: it needs b in phase BOOT1, and b needs c, which supports "
        "only RUN; configure a phase that all support [plan-dependency-phase-through]\n",
        "a phases=BOOT1 depends=b", "b phases=BOOT1,RUN depends=c", "c");
}

TEST(test_rule_3_every_unfit_dependency_is_reported)
{
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\nb_load=\"YES\"\nc_load=\"YES\"\nd_load=\"YES\"\n",
          {"a phases=BOOT1 depends=b,gone,c,d", "b", "c phases=BOOT1,RUN",
           "d phases=BOOT1,RUN "
           "depends=b"},
          "INIT: b c d; failed: a gone",
          "plan-module-unusable plan-dependency-phase plan-dependency-failed "
          "plan-dependency-phase-through");
}

TEST(test_rule_3_dependent_that_fails_pulls_nothing)
{
    // a would pull good into BOOT1, but bad cannot follow: good stays where it is configured.
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\ngood_load=\"YES\"\nbad_load=\"YES\"\n",
          {"a phases=BOOT1 depends=good,bad", "good phases=BOOT1,RUN", "bad"},
          "INIT: good bad; failed: a", "plan-dependency-phase");
}

TEST(test_rule_3_dependency_placed_early_by_another_serves)
{
    // c does not support BOOT2, but d has pulled it into BOOT1 before b asks for it.
    CHECK("b_load=\"YES\"\nb_phase=\"BOOT2\"\nd_load=\"YES\"\nd_phase=\"BOOT1\"\n",
          {"b phases=BOOT2 depends=c", "c phases=BOOT1,RUN", "d phases=BOOT1 depends=c"},
          "BOOT1: c<d d; BOOT2: b", "");
}

TEST(test_rule_3_module_that_failed_in_its_phase_is_not_tried_later)
{
    // b cannot have c in BOOT2. That it could in INIT, where a asks for it, is not what was
    // configured.
    CHECK("a_load=\"YES\"\nb_load=\"YES\"\nb_phase=\"BOOT2\"\nc_load=\"YES\"\n",
          {"a depends=b", "b phases=BOOT2,RUN depends=c", "c"}, "INIT: c; failed: a b",
          "plan-dependency-phase plan-dependency-failed");
}

TEST(test_rule_3_diamond_is_loaded_once)
{
    CHECK("top_load=\"YES\"\ntop_phase=\"BOOT1\"\n",
          {"top phases=BOOT1 depends=left,right", "left phases=BOOT1,RUN depends=base",
           "right phases=BOOT1,RUN depends=base", "base phases=BOOT1,RUN"},
          "BOOT1: base<left left<top right<top top", "");
}

// ------------------------------------------------------------------------------------------ rule 6

TEST(test_rule_6_auto_modules_are_ready_and_come_last)
{
    CHECK("a_load=\"YES\"\na_phase=\"AUTO\"\nb_load=\"YES\"\n", {"a phases=BOOT1,RUN", "b"},
          "INIT: b; ready: a", "");
}

TEST(test_rule_6_auto_module_keeps_its_dependencies_ready_and_before_it)
{
    CHECK("a_load=\"YES\"\na_phase=\"AUTO\"\n", {"a depends=b", "b depends=c", "c"}, "ready: c b a",
          "");
}

TEST(test_rule_6_auto_module_is_pulled_when_something_needs_it)
{
    CHECK("auto_load=\"YES\"\nauto_phase=\"AUTO\"\na_load=\"YES\"\n", {"auto", "a depends=auto"},
          "INIT: auto<a a", "");
}

TEST(test_rule_6_auto_module_with_an_unfit_dependency_fails)
{
    CHECK("a_load=\"YES\"\na_phase=\"AUTO\"\n", {"a depends=lib", "lib phases=BOOT1"},
          "failed: a lib", "plan-dependency-phase plan-never-pulled");
}

TEST(test_rule_6_auto_module_may_need_a_boot_module_that_is_there)
{
    CHECK("a_load=\"YES\"\na_phase=\"AUTO\"\nb_load=\"YES\"\n", {"a depends=b", "b phases=BOOT1"},
          "BOOT1: b; ready: a", "");
}

// ------------------------------------------------------------------------------------------ rule 7

TEST(test_rule_7_dependencies_first_then_the_order_of_the_file)
{
    CHECK("z_load=\"YES\"\ny_load=\"YES\"\nx_load=\"YES\"\nw_load=\"YES\"\n",
          {"z", "y depends=w,v", "x depends=u", "w", "v", "u"}, "INIT: z w v<y y u<x x", "");
}

TEST(test_rule_7_phases_come_in_the_order_of_time)
{
    CHECK("d_load=\"YES\"\nd_phase=\"AUTO\"\nc_load=\"YES\"\nc_phase=\"INIT\"\n"
          "b_load=\"YES\"\nb_phase=\"BOOT2\"\na_load=\"YES\"\na_phase=\"BOOT1\"\n",
          {"d", "c", "b phases=BOOT2", "a phases=BOOT1"}, "BOOT1: a; BOOT2: b; INIT: c; ready: d",
          "");
}

// The worked example of docs/phases.md.
TEST(test_the_example_of_the_documentation)
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

TEST(test_names_of_verdicts)
{
    assert_string_equal(btl_verdict_name(BTL_PENDING), "pending");
    assert_string_equal(btl_verdict_name(BTL_LOAD), "load");
    assert_string_equal(btl_verdict_name(BTL_READY), "ready");
    assert_string_equal(btl_verdict_name(BTL_OFF), "off");
    assert_string_equal(btl_verdict_name(BTL_FAILED), "failed");
    assert_string_equal(btl_verdict_name((enum btl_verdict)99), "?");
}
