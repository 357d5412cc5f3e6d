// SPDX-License-Identifier: BSD-2-Clause
// The fields of a message in a log.
#include "test_case.h"

#include <btl/log.h>

static void expect(struct btl_str *rest, enum btl_log_level level, uint64_t microseconds,
                   const char *text, const char *code)
{
    struct btl_log_entry entry;
    assert_true(btl_log_next_entry(rest, &entry));
    assert_int_equal(entry.level, level);
    assert_int_equal(entry.microseconds, microseconds);
    assert_true(btl_str_equal(entry.text, btl_str_of(text)));
    assert_true(btl_str_equal(entry.code, btl_str_of(code)));
}

TEST(test_messages_of_a_log)
{
    struct btl_log_entry entry;
    struct btl_str rest = BTL_STR("[    0.001002] info  BTL 1.0\n"
                                  "[   12.000003] error a.ko: not there [file-not-found]\n"
                                  "of two lines\n"
                                  "and three [x]\n"
                                  "[    2.500000] debug end");
    expect(&rest, BTL_LOG_INFO, 1002, "BTL 1.0", "");
    expect(&rest, BTL_LOG_ERROR, 12000003,
           "a.ko: not there [file-not-found]\nof two lines\nand three [x]", "x");
    expect(&rest, BTL_LOG_DEBUG, 2500000, "end", "");
    assert_false(btl_log_next_entry(&rest, &entry));
}

TEST(test_text_that_is_no_log)
{
    struct btl_str rest = BTL_STR("no prefix [code-1]");
    expect(&rest, BTL_LOG_INFO, 0, "no prefix [code-1]", "code-1");
    rest = BTL_STR("\n\n");
    expect(&rest, BTL_LOG_INFO, 0, "\n", "");
    rest = BTL_STR("[99999999999999999999999.0] warn  late");
    expect(&rest, BTL_LOG_WARN, UINT64_MAX, "late", "");
}

TEST(test_codes)
{
    struct btl_str rest = BTL_STR("[    0.000000] note  a [B]\n[    0.000000] note  []\n"
                                  "[    0.000000] note  x]\n[    0.000000] note  [a-b]\n");
    expect(&rest, BTL_LOG_NOTE, 0, "a [B]", "");
    expect(&rest, BTL_LOG_NOTE, 0, "[]", "");
    expect(&rest, BTL_LOG_NOTE, 0, "x]", "");
    expect(&rest, BTL_LOG_NOTE, 0, "[a-b]", "a-b");
}
