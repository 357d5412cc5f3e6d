// SPDX-License-Identifier: BSD-2-Clause
// One rule of docs/phases.md in one statement. Include cmocka's headers before.
//
//     CHECK("a_load=YES\n", {"a phases=RUN depends=b", "b"}, "INIT: b<a a", "");
#ifndef BTL_PLAN_RULES_H
#define BTL_PLAN_RULES_H

#include <string.h>

#include "plan_world.h"

// A whole case: a configuration, up to eight modules, the plan and the messages it must give.
struct rule_case {
    const char *conf;
    const char *modules[8];
    const char *plan;
    const char *codes;
};

static inline void rule_check(const struct rule_case *rule)
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

#define CHECK(...) rule_check(&(struct rule_case){__VA_ARGS__})

// The messages of a plan, one a line.
static inline void rule_check_messages(const char *conf, const char *const *modules,
                                       const char *expected)
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
    rule_check_messages((conf), (const char *const[]){__VA_ARGS__, NULL}, (expected))

#endif
