// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <stdlib.h>

#include <btl/on_error.h>

// The table of docs/phases.md.
TEST(test_action_of_each_level)
{
    static const struct {
        enum btl_on_error on_error;
        enum btl_failure_action without, with;
    } table[] = {
        {BTL_ON_ERROR_IGNORE, BTL_GO_ON_SILENTLY, BTL_GO_ON_SILENTLY},
        {BTL_ON_ERROR_WARN, BTL_GO_ON, BTL_GO_ON},
        {BTL_ON_ERROR_FALLBACK, BTL_GO_ON, BTL_FALL_BACK},
        {BTL_ON_ERROR_HALT, BTL_STOP, BTL_STOP},
        {BTL_ON_ERROR_REQUIRED, BTL_STOP, BTL_FALL_BACK},
    };
    assert_int_equal(BTL_COUNT(table), BTL_ON_ERRORS);
    for (size_t i = 0; i < BTL_COUNT(table); i++) {
        assert_int_equal(btl_on_error_action(table[i].on_error, false), table[i].without);
        assert_int_equal(btl_on_error_action(table[i].on_error, true), table[i].with);
    }
}

TEST(test_vital_levels_and_those_that_stop)
{
    static const struct {
        enum btl_on_error on_error;
        bool vital, stops;
    } table[] = {
        {BTL_ON_ERROR_IGNORE, false, false},  {BTL_ON_ERROR_WARN, false, false},
        {BTL_ON_ERROR_FALLBACK, true, false}, {BTL_ON_ERROR_HALT, true, true},
        {BTL_ON_ERROR_REQUIRED, true, true},  {BTL_ON_ERRORS, false, false},
    };
    for (size_t i = 0; i < BTL_COUNT(table); i++) {
        assert_int_equal(btl_on_error_is_vital(table[i].on_error), table[i].vital);
        assert_int_equal(btl_on_error_stops(table[i].on_error), table[i].stops);
    }
}

TEST(test_level_of_a_newer_loader_is_as_warn)
{
    for (unsigned level = BTL_ON_ERRORS; level < 8; level++) {
        assert_int_equal(btl_on_error_action((enum btl_on_error)level, true), BTL_GO_ON);
        assert_int_equal(btl_on_error_action((enum btl_on_error)level, false), BTL_GO_ON);
        assert_string_equal(btl_on_error_name((enum btl_on_error)level), "?");
    }
}

TEST(test_actions_are_in_the_order_of_their_strength)
{
    assert_true(BTL_GO_ON_SILENTLY < BTL_GO_ON && BTL_GO_ON < BTL_FALL_BACK &&
                BTL_FALL_BACK < BTL_STOP);
}

TEST(test_names)
{
    static const char *const names[] = {"ignore", "warn", "fallback", "halt"};
    for (size_t i = 0; i < BTL_COUNT(names); i++) {
        enum btl_on_error level = BTL_ON_ERRORS;
        assert_true(btl_on_error_of(btl_str_of(names[i]), &level));
        assert_string_equal(btl_on_error_name(level), names[i]);
    }
    assert_string_equal(btl_on_error_name(BTL_ON_ERROR_REQUIRED), "required");
}

TEST(test_what_is_no_level)
{
    static const char *const no_levels[] = {"", "required", "Warn", "warn ", "war", "stop", "YES"};
    for (size_t i = 0; i < BTL_COUNT(no_levels); i++) {
        enum btl_on_error level = BTL_ON_ERROR_HALT;
        assert_false(btl_on_error_of(btl_str_of(no_levels[i]), &level));
        assert_int_equal(level, BTL_ON_ERROR_HALT);
    }
}
