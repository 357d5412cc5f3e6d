// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <string.h>

#include <btl/phases.h>

TEST(test_phases_stand_in_the_order_of_time)
{
    assert_int_equal(BTL_PHASES, 4);
    assert_true(BTL_PHASE_BOOT1 < BTL_PHASE_BOOT2 && BTL_PHASE_BOOT2 < BTL_PHASE_INIT &&
                BTL_PHASE_INIT < BTL_PHASE_AUTO);
}

TEST(test_each_phase_is_found_by_its_name)
{
    for (int i = 0; i < BTL_PHASES; i++) {
        enum btl_phase phase = BTL_PHASES;
        assert_true(btl_phase_of(btl_str_of(btl_phase_name((enum btl_phase)i)), &phase));
        assert_int_equal(phase, i);
    }
}

TEST(test_each_phase_needs_what_rule_1_says)
{
    assert_int_equal(btl_phase_needs(BTL_PHASE_BOOT1), BTL_SUPPORTS_BOOT1);
    assert_int_equal(btl_phase_needs(BTL_PHASE_BOOT2), BTL_SUPPORTS_BOOT2);
    assert_int_equal(btl_phase_needs(BTL_PHASE_INIT), BTL_SUPPORTS_RUN);
    assert_int_equal(btl_phase_needs(BTL_PHASE_AUTO), BTL_SUPPORTS_RUN);
}

TEST(test_other_words_are_no_phase_and_leave_the_result)
{
    static const char *const words[] = {"", "BOOT", "boot1", "BOOT11", "RUN", "BOOT1 "};
    for (size_t i = 0; i < BTL_COUNT(words); i++) {
        enum btl_phase phase = BTL_PHASE_AUTO;
        assert_false(btl_phase_of(btl_str_of(words[i]), &phase));
        assert_int_equal(phase, BTL_PHASE_AUTO);
    }
}

TEST(test_numbers_outside_have_no_name)
{
    assert_string_equal(btl_phase_name((enum btl_phase)4), "?");
    assert_string_equal(btl_phase_name((enum btl_phase) - 1), "?");
    assert_int_equal(btl_phase_needs((enum btl_phase)99), 0);
    assert_string_equal(btl_type_name((enum btl_module_type)BTL_TYPES), "?");
}

TEST(test_each_type_is_found_by_its_name)
{
    static const char *const names[] = {"misc", "wsio_class", "wsio_intfc", "streams_drv",
                                        "streams_mod"};
    assert_int_equal(BTL_COUNT(names), BTL_TYPES);
    for (size_t i = 0; i < BTL_TYPES; i++) {
        enum btl_module_type type = BTL_TYPES;
        assert_string_equal(btl_type_name((enum btl_module_type)i), names[i]);
        assert_true(btl_type_of(btl_str_of(names[i]), &type));
        assert_int_equal(type, i);
    }
    enum btl_module_type type = BTL_TYPE_MISC;
    assert_false(btl_type_of(BTL_STR("wsio"), &type));
}

TEST(test_supported_phases_as_text)
{
    static const char *const texts[] = {"",    "BOOT1",     "BOOT2",     "BOOT1,BOOT2",
                                        "RUN", "BOOT1,RUN", "BOOT2,RUN", "BOOT1,BOOT2,RUN"};
    for (uint8_t supported = 0; supported < 8; supported++) {
        char text[16];
        assert_int_equal(btl_supported_text(supported, text), strlen(texts[supported]));
        assert_string_equal(text, texts[supported]);
        assert_int_equal(btl_supported_text(supported | 0xf8, text), strlen(texts[supported]));
    }
}
