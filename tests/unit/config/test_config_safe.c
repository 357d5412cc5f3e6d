// SPDX-License-Identifier: BSD-2-Clause
// What is left of a configuration in a safe boot, and what the planner makes of that.
#include "test_case.h"

#include <stdlib.h>

#include "plan_world.h"
#include "parsed_text.h"

TEST(test_levels_that_stay)
{
    static const struct {
        const char *line;
        bool stays;
    } levels[] = {
        {"", false},
        {"a_on_error=warn\n", false},
        {"a_on_error=ignore\n", false},
        {"a_required=NO\n", false},
        {"a_on_error=warn\na_required=YES\n", false},
        {"a_on_error=fallback\n", true},
        {"a_on_error=halt\n", true},
        {"a_required=YES\n", true},
    };
    for (size_t i = 0; i < BTL_COUNT(levels); i++) {
        char text[128];
        struct parsed parsed;
        btl_format_to(text, sizeof(text), "a_load=YES\na.x=1\n%s", levels[i].line);
        parse(&parsed, btl_str_of(text));
        btl_config_safe(&parsed.config);
        assert_int_equal(parsed.config.modules[0].load_yes, levels[i].stays);
        assert_int_equal(parsed.config.modules[0].load != NULL, levels[i].stays);
        assert_false(parsed.config.modules[0].load_no);
        assert_int_equal(parsed.config.modules[0].tunable_count, 0);
        parse_end(&parsed);
    }
}

TEST(test_what_is_off_stays_off)
{
    struct parsed parsed;
    parse(&parsed, BTL_STR("a_load=NO\nb_load=YES\nmodule_blacklist=b\n"));
    btl_config_safe(&parsed.config);
    assert_true(parsed.config.modules[0].load_no && parsed.config.modules[0].load != NULL);
    assert_true(parsed.config.modules[1].blacklisted);
    parse_end(&parsed);
}

TEST(test_dependencies_come_along)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\nb_load=\"YES\"\nb_flags=\"x\"\nc_load=\"YES\"\n"
                        "c_on_error=\"halt\"\nc_phase=\"BOOT2\"\nb.size=\"12\"\n");
    btl_config_safe(&world.config);
    world_module(&world, "a");
    world_module(&world, "b phases=BOOT2,RUN");
    world_module(&world, "c phases=BOOT2 depends=b");
    world_plan(&world);
    assert_plan(&world, "BOOT2: b<c c");
    assert_codes(&world.memory, &world.diags, "");
    world_end(&world);
}
