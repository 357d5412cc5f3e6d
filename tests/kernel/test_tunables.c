// SPDX-License-Identifier: BSD-2-Clause
#include "self.h"

#include "dlkm/dlkm.h"

EACH_TEST(self_begin, self_end)

TEST(tunables_are_set_before_the_load_function)
{
    uint32_t id = self_module("hello");

    world_tunable("depth", "-0x5", 3);
    world_tunable("loud", "YES", 4);
    world_tunable("greeting", "1234567", 5);
    self_start();
    assert_true(module_load(id, BTL_PHASE_BOOT1));
    assert_int_equal(self_depth, -5);
    assert_true(self_loud);
    assert_string_equal(self_greeting, "1234567");
}

TEST(every_bad_tunable_is_named_with_its_line)
{
    uint32_t id = self_module("hello");

    world_tunable("depth", "65", 3);
    world_tunable("depth", "many", 4);
    world_tunable("loud", "perhaps", 5);
    world_tunable("greeting", "12345678", 6);
    world_tunable("grating", "x", 7);
    self_start();
    self_assert_fails(id, "run-tunable-range");
    assert_contains(module_get(id)->reason, "/loader.conf:3:9:");
    assert_contains(module_get(id)->reason, "from -5 to 64");
    assert_contains(
        host_printed(),
        "/loader.conf:4:9: error: hello: depth must be a whole number from -5 to 64, not \"many\"");
    assert_contains(host_printed(), "[run-tunable-number]");
    assert_contains(host_printed(), "[run-tunable-bool]");
    assert_contains(host_printed(), "[run-tunable-long]");
    assert_contains(host_printed(), "[run-tunable-unknown]");
}

TEST(an_unknown_tunable_is_named_and_changes_nothing)
{
    uint32_t id = self_module("hello");

    world_tunable("grating", "x", 7);
    self_start();
    assert_true(module_load(id, BTL_PHASE_BOOT1));
    assert_contains(host_printed(),
                    "/loader.conf:7:9: warning: hello: it has no tunable \"grating\"");
    assert_contains(host_printed(), "[run-tunable-unknown]");
}

TEST(numbers_at_the_ends_of_their_type)
{
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } rows[] = {
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"0x7fffffffffffffff", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"0x", false, 0},
        {"12 ", false, 0},
        {"1a", false, 0},
    };

    for (size_t i = 0; i < BTL_COUNT(rows); i++) {
        self_end(state);
        self_begin(state);
        uint32_t id = self_module("hello");
        self_tunables[0].min = INT64_MIN;
        self_tunables[0].max = INT64_MAX;
        world_tunable("depth", rows[i].text, 3);
        self_start();
        assert_int_equal(module_load(id, BTL_PHASE_BOOT1), rows[i].good);
        if (rows[i].good)
            assert_int_equal(self_depth, rows[i].value);
        else
            assert_contains(module_get(id)->reason, "run-tunable-number");
    }
    self_tunables[0].min = -5;
    self_tunables[0].max = 64;
}
