// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <string.h>

#include <btl/log.h>

#include "btl_test.h"

static void assert_prefix(uint64_t nanoseconds, enum btl_log_level level, const char *expected)
{
    char text[BTL_LOG_PREFIX_MAX];
    assert_int_equal(btl_log_prefix(text, nanoseconds, level), strlen(expected));
    assert_string_equal(text, expected);
}

TEST(test_prefix_of_a_line)
{
    assert_prefix(0, BTL_LOG_INFO, "[    0.000000] info  ");
    assert_prefix(999, BTL_LOG_ERROR, "[    0.000000] error ");
    assert_prefix(1000, BTL_LOG_WARN, "[    0.000001] warn  ");
    assert_prefix(12345678901, BTL_LOG_NOTE, "[   12.345678] note  ");
    assert_prefix(99999999999999, BTL_LOG_DEBUG, "[99999.999999] debug ");
    assert_prefix(100000000000000, BTL_LOG_DEBUG, "[100000.000000] debug ");
    assert_prefix(0, BTL_LOG_LEVELS, "[    0.000000] ?     ");
}

TEST(test_longest_prefix_fits)
{
    assert_prefix(UINT64_MAX, BTL_LOG_ERROR, "[18446744073.709551] error ");
}

TEST(test_line_is_taken_apart_again)
{
    static const uint64_t times[] = {0, 5000000000, 123456789012345678, UINT64_MAX};
    for (size_t i = 0; i < BTL_COUNT(times) * BTL_LOG_LEVELS; i++) {
        char line[BTL_LOG_PREFIX_MAX + 8];
        enum btl_log_level level, given = (enum btl_log_level)(i % BTL_LOG_LEVELS);
        size_t len = btl_log_prefix(line, times[i / BTL_LOG_LEVELS], given);
        struct btl_str text;
        memcpy(line + len, " [x] y", 6);
        assert_true(btl_log_take_apart((struct btl_str){line, len + 6}, &level, &text));
        assert_int_equal(level, given);
        assert_int_equal(text.len, 6);
        assert_memory_equal(text.at, " [x] y", 6);
        assert_true(btl_log_take_apart((struct btl_str){line, len}, &level, &text));
        assert_int_equal(text.len, 0);
    }
}

TEST(test_lines_without_a_prefix)
{
    static const char *const lines[] = {"",
                                        "[",
                                        "[]",
                                        "[1.0]",
                                        "[1.0] ",
                                        "[1.0] info",
                                        "[1.0] fatal text",
                                        "[1.0] information",
                                        "[x] info  text",
                                        "info  text",
                                        " [1.0] info  text",
                                        "[1.0]info  text",
                                        "[                                        1.0] info  text"};
    for (size_t i = 0; i < BTL_COUNT(lines); i++) {
        struct test_memory memory;
        enum btl_log_level level;
        struct btl_str text;
        test_memory_begin(&memory);
        struct btl_bytes line = test_block(&memory, lines[i], strlen(lines[i]));
        assert_false(
            btl_log_take_apart((struct btl_str){(const char *)line.at, line.size}, &level, &text));
        test_memory_end(&memory);
    }
}
