// SPDX-License-Identifier: BSD-2-Clause
// Which module may be loaded and registered when: rules 1, 2, 4 and 5 of docs/phases.md.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "test_case.h"

#include "plan_rules.h"

// ------------------------------------------------------------------------------------------ rule 1

// The table of docs/phases.md: supported phases down, configured phase across.
TEST(test_rule_1_every_supported_with_every_configured_phase)
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

TEST(test_rule_1_message_has_file_line_and_choices)
{
    CHECK_MESSAGES("a_load=\"YES\"\n# where\n  a_phase=\"BOOT2\"\n",
                   "loader.conf:3:3: error: a: it is configured for BOOT2, but supports only "
                   "BOOT1,RUN; set a_phase to BOOT1, INIT or AUTO [plan-phase-unsupported]\n",
                   "a phases=BOOT1,RUN");
    CHECK_MESSAGES("a_load=\"YES\"\na_phase=\"INIT\"\n",
                   "loader.conf:2:1: error: a: it is configured for INIT, but supports only "
                   "BOOT2; set a_phase to BOOT2 [plan-phase-unsupported]\n",
                   "a phases=BOOT2");
}

TEST(test_rule_1_dependency_that_breaks_it_fails_its_dependents)
{
    CHECK("a_load=\"YES\"\nb_load=\"YES\"\nb_phase=\"BOOT1\"\nc_load=\"YES\"\n",
          {"a depends=b", "b phases=RUN", "c"}, "INIT: c; failed: a b",
          "plan-phase-unsupported plan-dependency-failed");
}

TEST(test_rule_1_does_not_bind_a_dependency_that_nobody_configured)
{
    // lib is AUTO by rule 13 but does not support RUN: it is loaded where it is pulled.
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\n", {"a phases=BOOT1 depends=lib", "lib phases=BOOT1"},
          "BOOT1: lib<a a", "");
}

// ------------------------------------------------------------------------------------------ rule 2

TEST(test_rule_2_registered_in_phase_1_when_it_supports_boot1)
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

// ------------------------------------------------------------------------------------------ rule 4

TEST(test_rule_4_run_only_module_is_never_loaded_before_init)
{
    CHECK("a_load=\"YES\"\na_phase=\"BOOT2\"\n", {"a phases=BOOT2 depends=lib", "lib phases=RUN"},
          "ready: lib; failed: a", "plan-dependency-phase");
    CHECK("a_load=\"YES\"\na_phase=\"BOOT1\"\n", {"a phases=BOOT1 depends=lib", "lib phases=RUN"},
          "ready: lib; failed: a", "plan-dependency-phase");
    CHECK("a_load=\"YES\"\n", {"a depends=lib", "lib phases=RUN"}, "INIT: lib<a a", "");
}

// ------------------------------------------------------------------------------------------ rule 5

TEST(test_rule_5_only_misc_may_be_registered_in_phase_1)
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

TEST(test_rule_5_holds_for_dependencies_and_is_reported_beside_rule_1)
{
    CHECK("a_load=\"YES\"\na_phase=\"BOOT2\"\n",
          {"a phases=BOOT1 type=wsio_class depends=lib", "lib phases=BOOT1 type=streams_mod"},
          "failed: a lib", "plan-phase-unsupported plan-type-in-phase1 plan-type-in-phase1");
}
