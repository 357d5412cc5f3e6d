// SPDX-License-Identifier: BSD-2-Clause
// The planner's first half: which modules there are, their files, their metadata, their tunables
// and interfaces; running out of memory; the cost in memory. The rules are in
// test_plan_phases.c, _order.c, _failures.c and _dependencies.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan_world.h"

// What all messages of the plan say, one a line.
static const char *messages(struct plan_world *world)
{
    return test_diags_text(&world->own, &world->diags);
}

// ------------------------------------------------------------------------------- who takes part

static void test_module_takes_part_only_with_load_yes(void **state)
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

static void test_blacklist_wins_over_load_yes_and_says_so(void **state)
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
    assert_string_equal(messages(&world),
                        "loader.conf:2:1: note: b: stays off in spite of b_load=\"YES\", because "
                        "module_blacklist names it [plan-blacklisted]\n");
    assert_int_equal(world.diags.errors + world.diags.warnings, 0);
    world_end(&world);
}

static void test_modules_keep_the_order_of_the_file(void **state)
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

static void test_empty_configuration_plans_nothing_and_is_good(void **state)
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

static void test_path_is_module_path_and_name(void **state)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nmodule_path=\"/one//;/two\"\n");
    world_collect(&world);
    assert_str(&world.own, world_planned(&world, "a")->path, "/one/a.ko");
    world_end(&world);
}

static void test_path_is_NAME_name_where_that_is_given(void **state)
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

static void test_next_path_goes_through_the_directories_and_back_to_the_first(void **state)
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

static void test_odd_module_paths(void **state)
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

static void test_failure_without_a_reason_is_given_one(void **state)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_plan(&world);
    assert_false(world.ordered);
    assert_plan(&world, "failed: a");
    assert_ptr_equal(world_planned(&world, "a")->reason, world.diags.first);
    assert_string_equal(messages(&world),
                        "loader.conf:1:1: error: a: its file /modules/a.ko is missing or was "
                        "refused; put a sound one there, or say where it is with NAME_name "
                        "[plan-module-unusable]\n");
    world_end(&world);
}

static void test_failure_with_a_reason_keeps_it_and_reports_nothing_more(void **state)
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

static void test_wanted_module_that_was_never_answered_fails(void **state)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    btl_plan_begin(&world.plan, &world.config, NULL, &world.memory.arena, &world.diags);
    assert_false(btl_plan_order(&world.plan));
    assert_plan(&world, "failed: a");
    assert_codes(&world.memory, &world.diags, "plan-module-unusable");
    world_end(&world);
}

static void test_order_runs_once(void **state)
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

// ------------------------------------------------------------------------------------- metadata

static void test_file_of_another_name_is_refused_naming_both(void **state)
{
    struct plan_world world;
    world_begin(&world, "\na_load=\"YES\"\n");
    world_module(&world, "a is=b depends=c");
    world_plan(&world);
    assert_plan(&world, "failed: a");
    assert_null(world_planned(&world, "a")->info);
    assert_int_equal(world.plan.module_count, 1); // c is not asked for: it is not a's dependency
    assert_string_equal(messages(&world),
                        "loader.conf:2:1: error: a: the file /modules/a.ko is that of module b; "
                        "name the file of a, or load b in its place [plan-name-mismatch]\n");
    world_end(&world);
}

static void test_two_names_cannot_share_one_file(void **state)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nb_load=\"YES\"\nb_name=\"/modules/a.ko\"\n");
    world_module(&world, "a");
    world_plan(&world);
    assert_plan(&world, "INIT: a; failed: b");
    assert_codes(&world.memory, &world.diags, "plan-name-mismatch");
    world_end(&world);
}

static void test_metadata_is_taken_once(void **state)
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

static void test_default_phase_is_init_else_the_latest_boot_phase(void **state)
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

static void test_module_without_any_phase_is_refused(void **state)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_module(&world, "a phases=");
    world_plan(&world);
    assert_plan(&world, "failed: a");
    assert_codes(&world.memory, &world.diags, "plan-no-phase");
    world_end(&world);
}

static void test_duplicate_dependency_counts_once(void **state)
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
static void test_many_modules_find_their_dependencies(void **state)
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

static void test_many_new_dependencies_keep_their_candidate_files(void **state)
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

static void test_unknown_tunable_is_a_warning_that_names_the_nearest(void **state)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\na.depth=\"1\"\na.dpeth=\"2\"\n");
    world_module(&world, "a parms=size,depth");
    world_plan(&world);
    assert_true(world.ordered);
    assert_plan(&world, "INIT: a");
    assert_int_equal(world.diags.warnings, 1);
    assert_string_equal(messages(&world),
                        "loader.conf:3:1: warning: a: it has no tunable dpeth, so this line does "
                        "nothing; it has depth [plan-unknown-tunable]\n");
    world_end(&world);
}

static void test_unknown_tunable_that_is_near_to_none_names_one_that_there_is(void **state)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\na.qqqqqqqq=\"2\"\n");
    world_module(&world, "a parms=size,depth");
    world_plan(&world);
    assert_non_null(strstr(messages(&world), "it has size [plan-unknown-tunable]"));
    world_end(&world);
}

static void test_tunable_of_a_module_without_tunables_is_a_warning(void **state)
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

static void test_tunables_of_a_dependency_are_checked_too(void **state)
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

// ----------------------------------------------------------------------------------- interfaces

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

static void test_rule_11_interface_of_kernel_or_dependency_serves(void **state)
{
    assert_string_equal(codes_of_need("kernel:1.2", ""), "");
    assert_string_equal(codes_of_need("kernel:1.0", ""), "");
    assert_string_equal(codes_of_need("ring:3.4", "ring:3.4"), "");
    assert_string_equal(codes_of_need("ring:3.4", "ring:3.9"), "");
    assert_string_equal(codes_of_need("ring:3.4,kernel:1.1,ring:3.0", "log:1.0,ring:3.9"), "");
}

static void test_rule_11_any_of_several_versions_serves(void **state)
{
    assert_string_equal(codes_of_need("ring:2.1", "ring:1.7,ring:2.3,ring:2.0"), "");
    assert_string_equal(codes_of_need("ring:1.1", "ring:2.3,ring:1.0,ring:1.7"), "");
    assert_string_equal(codes_of_need("kernel:2.0", "kernel:2.0"), "");
}

static void test_rule_11_other_version_is_refused(void **state)
{
    assert_string_equal(codes_of_need("kernel:1.3", ""), "plan-interface-version");
    assert_string_equal(codes_of_need("kernel:2.0", ""), "plan-interface-version");
    assert_string_equal(codes_of_need("kernel:0.0", ""), "plan-interface-version");
    assert_string_equal(codes_of_need("ring:2.4", "ring:1.9,ring:2.3,ring:3.0"),
                        "plan-interface-version");
}

static void test_rule_11_missing_interface_is_refused(void **state)
{
    assert_string_equal(codes_of_need("ring:1.0", ""), "plan-interface-missing");
    assert_string_equal(codes_of_need("ring:1.0,log:1.0", ""),
                        "plan-interface-missing plan-interface-missing");
}

static void test_rule_11_interface_of_a_module_that_is_no_dependency_is_refused(void **state)
{
    assert_string_equal(codes_of_need("other:1.0", ""), "plan-interface-undeclared");
}

static void test_rule_11_version_mismatch_names_both_versions_and_the_provider(void **state)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nb_load=\"YES\"\n");
    world_kernel(&world, "kernel:1.2");
    world_module(&world, "a needs=kernel:2.0");
    world_module(&world, "b needs=ring:1.5,none:1.0 depends=lib");
    world_module(&world, "lib provides=ring:1.4");
    world_plan(&world);
    assert_string_equal(
        messages(&world),
        "/modules/a.ko: error: a: it needs interface kernel:2.0, but the kernel provides "
        "kernel:1.2; use versions of both that fit each other [plan-interface-version]\n"
        "/modules/b.ko: error: b: it needs interface ring:1.5, but lib provides ring:1.4; use "
        "versions of both that fit each other [plan-interface-version]\n"
        "/modules/b.ko: error: b: it needs interface none:1.0, which neither the kernel nor any "
        "module provides; use a kernel or a dependency that provides it "
        "[plan-interface-missing]\n");
    world_end(&world);
}

static void test_rule_11_own_interface_does_not_serve(void **state)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_module(&world, "a needs=ring:1.0 provides=ring:1.0");
    world_plan(&world);
    assert_codes(&world.memory, &world.diags, "plan-interface-missing");
    world_end(&world);
}

static void
test_rule_11_missing_interface_is_not_reported_when_a_dependency_is_unknown(void **state)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_module(&world, "a needs=ring:1.0 depends=gone");
    world_plan(&world);
    assert_plan(&world, "failed: a gone");
    assert_codes(&world.memory, &world.diags, "plan-module-unusable plan-dependency-failed");
    world_end(&world);
}

static void test_rule_11_kernel_without_metadata_provides_nothing(void **state)
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

static void test_more_needs_than_the_limit_are_refused(void **state)
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
static void test_out_of_memory_at_every_allocation(void **state)
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

static void test_no_memory_is_said_once_and_no_module_is_loaded(void **state)
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

// ----------------------------------------------------------------------------------------- main

#define TEST(name) cmocka_unit_test(test_##name)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(module_takes_part_only_with_load_yes),
        TEST(blacklist_wins_over_load_yes_and_says_so),
        TEST(modules_keep_the_order_of_the_file),
        TEST(empty_configuration_plans_nothing_and_is_good),
        TEST(path_is_module_path_and_name),
        TEST(path_is_NAME_name_where_that_is_given),
        TEST(next_path_goes_through_the_directories_and_back_to_the_first),
        TEST(odd_module_paths),
        TEST(failure_without_a_reason_is_given_one),
        TEST(failure_with_a_reason_keeps_it_and_reports_nothing_more),
        TEST(wanted_module_that_was_never_answered_fails),
        TEST(order_runs_once),
        TEST(file_of_another_name_is_refused_naming_both),
        TEST(two_names_cannot_share_one_file),
        TEST(metadata_is_taken_once),
        TEST(default_phase_is_init_else_the_latest_boot_phase),
        TEST(module_without_any_phase_is_refused),
        TEST(duplicate_dependency_counts_once),
        TEST(many_modules_find_their_dependencies),
        TEST(many_new_dependencies_keep_their_candidate_files),
        TEST(unknown_tunable_is_a_warning_that_names_the_nearest),
        TEST(unknown_tunable_that_is_near_to_none_names_one_that_there_is),
        TEST(tunable_of_a_module_without_tunables_is_a_warning),
        TEST(tunables_of_a_dependency_are_checked_too),
        TEST(rule_11_interface_of_kernel_or_dependency_serves),
        TEST(rule_11_any_of_several_versions_serves),
        TEST(rule_11_other_version_is_refused),
        TEST(rule_11_missing_interface_is_refused),
        TEST(rule_11_interface_of_a_module_that_is_no_dependency_is_refused),
        TEST(rule_11_version_mismatch_names_both_versions_and_the_provider),
        TEST(rule_11_own_interface_does_not_serve),
        TEST(rule_11_missing_interface_is_not_reported_when_a_dependency_is_unknown),
        TEST(rule_11_kernel_without_metadata_provides_nothing),
        TEST(more_needs_than_the_limit_are_refused),
        TEST(out_of_memory_at_every_allocation),
        TEST(no_memory_is_said_once_and_no_module_is_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
