// SPDX-License-Identifier: BSD-2-Clause
// The tables of docs/phases.md, "When a module fails", as far as the planner sees them: each kind
// of failure with each level, with a configuration to fall back to and without.
#include "test_case.h"

#include <stdlib.h>

#include "plan_world.h"

// m is the module that fails; lib is one that it may need.
static const struct kind {
    const char *name;
    const char *conf;   // beside m's own lines
    const char *module; // NULL: its file is missing
    const char *lib;    // or NULL
    bool in_linking;    // fails after planning
} kinds[] = {
    {"missing", "", NULL, NULL, false},
    {"corrupt: calls itself otherwise", "", "m is=other file=/modules/m.ko", NULL, false},
    {"breaks rule 1", "m_phase=BOOT1\n", "m", NULL, false},
    {"breaks rule 5", "", "m phases=BOOT1,RUN type=wsio_class", NULL, false},
    {"needs an interface that no module provides", "", "m needs=ring:1.0", NULL, false},
    {"needs itself", "", "m depends=m", NULL, false},
    {"its dependency is missing", "", "m depends=lib", NULL, false},
    {"its dependency is off", "lib_load=NO\n", "m depends=lib", "lib", false},
    {"is off, and another needs it", "m_load=NO\nlib_load=YES\n", "m", "lib depends=m", false},
    {"cannot be linked", "", "m", NULL, true},
    {"cannot be linked in phase 1", "m_phase=BOOT1\n", "m phases=BOOT1", NULL, true},
};

static const struct level {
    const char *line;
    enum btl_failure_action without, with;
} levels[] = {
    {"m_on_error=ignore", BTL_GO_ON_SILENTLY, BTL_GO_ON_SILENTLY},
    {"m_on_error=warn", BTL_GO_ON, BTL_GO_ON},
    {"", BTL_GO_ON, BTL_GO_ON},
    {"m_on_error=fallback", BTL_GO_ON, BTL_FALL_BACK},
    {"m_on_error=halt", BTL_STOP, BTL_STOP},
    {"m_required=YES", BTL_STOP, BTL_FALL_BACK},
};

static void plan(struct plan_world *world, const struct kind *kind, const struct level *level)
{
    static char conf[256]; // outlives the world
    // Others that fail are to say nothing of their own here.
    btl_format_to(conf, sizeof(conf), "m_load=YES\nlib_on_error=ignore\n%s%s\n", kind->conf,
                  level->line);
    world_begin(world, conf);
    if (kind->module != NULL)
        world_module(world, kind->module);
    if (kind->lib != NULL)
        world_module(world, kind->lib);
    world_plan(world);
    if (kind->in_linking)
        world_fail(world, "m");
}

static void assert_cell(struct plan_world *world, bool fallback, enum btl_failure_action expected)
{
    uint32_t index;
    enum btl_verdict verdict = world_planned(world, "m")->verdict;
    assert_true(verdict == BTL_FAILED || verdict == BTL_OFF);
    assert_int_equal(btl_plan_action(&world->plan, fallback, &index), expected);
    if (expected != BTL_GO_ON_SILENTLY)
        assert_int_equal(index, world_index(world, "m"));
    uint32_t errors = world->diags.errors;
    assert_int_equal(btl_plan_check_required(&world->plan, fallback), expected < BTL_FALL_BACK);
    assert_int_equal(world->diags.errors - errors, expected >= BTL_FALL_BACK);
    if (expected >= BTL_FALL_BACK)
        assert_int_equal(world->diags.last->code,
                         expected == BTL_STOP ? BTL_BOOT_REQUIRED : BTL_BOOT_GIVEN_UP);
}

TEST(test_each_cell_of_the_tables)
{
    for (size_t k = 0; k < BTL_COUNT(kinds); k++) {
        for (size_t l = 0; l < BTL_COUNT(levels); l++) {
            struct plan_world world;
            print_message("%s; %s\n", kinds[k].name, levels[l].line);
            plan(&world, &kinds[k], &levels[l]);
            assert_cell(&world, false, levels[l].without);
            assert_cell(&world, true, levels[l].with);
            world_end(&world);
        }
    }
}

// A module that no other needs and that is switched off has not failed, whatever its level is.
TEST(test_what_is_off_and_not_needed_is_no_failure)
{
    struct plan_world world;
    uint32_t index;
    world_begin(&world, "m_load=NO\nm_on_error=halt\nn_load=YES\nn_on_error=halt\n"
                        "module_blacklist=n\n");
    world_plan(&world);
    assert_int_equal(btl_plan_action(&world.plan, true, &index), BTL_GO_ON_SILENTLY);
    assert_int_equal(index, BTL_NONE);
    world_end(&world);
}
