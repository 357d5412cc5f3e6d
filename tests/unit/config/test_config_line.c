// SPDX-License-Identifier: BSD-2-Clause
// What one line may be, and the place and sentence of what it may not.
#include "test_case.h"

#include <stdlib.h>

#include "btl_test.h"
#include "parsed_text.h"

TEST(test_lines_may_end_in_crlf_or_not_at_all)
{
    struct parsed parsed;
    parse(&parsed,
          BTL_STR("\xef\xbb\xbfquiet=YES\r\n\r\n# c\r\nverbose=\"YES\"\r\na_load=\"YES\""));
    assert_codes(&parsed.memory, &parsed.diags, "");
    assert_true(parsed.config.quiet && parsed.config.verbose);
    assert_int_equal(parsed.config.settings[0].column, 1); // the mark is no character of the line
    assert_int_equal(parsed.config.settings[2].line, 5);
    parse_end(&parsed);
}

TEST(test_blanks_and_comments_may_stand_around_an_assignment)
{
    struct parsed parsed;
    struct btl_str text = BTL_STR(
        "\t kernel_options \t=  \"a # b\"\t# comment \"x\nquiet=YES# c\n  verbose = YES  \n");
    parse(&parsed, text);
    assert_codes(&parsed.memory, &parsed.diags, "");
    assert_str(&parsed.memory, parsed.config.kernel_options, "a # b");
    assert_true(parsed.config.quiet && parsed.config.verbose);
    const struct btl_setting *first = &parsed.config.settings[0];
    assert_int_equal(first->column, 3);
    assert_int_equal(first->value_column, 22);
    struct btl_str taken = {text.at + first->offset, first->length};
    assert_str(&parsed.memory, taken, "kernel_options \t=  \"a # b\"");
    parse_end(&parsed);
}

TEST(test_backslash_takes_the_meaning_from_the_next_character)
{
    struct parsed parsed;
    parse(&parsed, BTL_STR("a.x=\"say \\\"hi\\\" \\\\ \\n\"\na.y=\"\\\"\"\na.z=\"\\\\\"\n"
                           "a.plain=\"p\"\na_load=\"\\Y\\E\\S\"\n"));
    assert_codes(&parsed.memory, &parsed.diags, "");
    assert_str(&parsed.memory, parsed.config.settings[0].value, "say \"hi\" \\ n");
    assert_str(&parsed.memory, parsed.config.settings[1].value, "\"");
    assert_str(&parsed.memory, parsed.config.settings[2].value, "\\");
    // A value without escapes is not copied.
    const struct btl_str plain = parsed.config.settings[3].value;
    assert_true(plain.at > parsed.config.text.at &&
                plain.at < parsed.config.text.at + parsed.config.text.len);
    assert_true(parsed.config.modules[0].load_yes); // checked after unescaping
    parse_end(&parsed);
}

TEST(test_bad_character)
{
    COMPLAINT("\n he!lo=1", "loader.conf:2:4: error: '!' is not allowed in a key; use letters, "
                            "digits, '_', '-' and '.' [conf-bad-character]\n");
    COMPLAINT("=1", "loader.conf:1:1: error: '=' is not allowed in a key; use letters, digits, "
                    "'_', '-' and '.' [conf-bad-character]\n");
    COMPLAINT("a\0=1", "loader.conf:1:2: error: '\\x00' is not allowed in a key; use letters, "
                       "digits, '_', '-' and '.' [conf-bad-character]\n");
    COMPLAINT("\"a\"=1", "loader.conf:1:1: error: '\"' is not allowed in a key; use letters, "
                         "digits, '_', '-' and '.' [conf-bad-character]\n");
}

TEST(test_no_equals)
{
#define NO_EQUALS(column)                                                                          \
    "loader.conf:1:" column ": error: no '=' follows \"quiet\"; write quiet=\"value\", or "        \
    "begin the line with '#' if it is a comment [conf-no-equals]\n"
    COMPLAINT("quiet", NO_EQUALS("6"));
    COMPLAINT("quiet\r\n", NO_EQUALS("6"));
    COMPLAINT(" quiet  # YES", NO_EQUALS("7"));
    COMPLAINT("quiet please=YES", NO_EQUALS("6"));
}

TEST(test_no_value)
{
    COMPLAINT("quiet= ", "loader.conf:1:8: error: no value follows \"quiet=\"; write quiet=\"\" "
                         "for an empty value [conf-no-value]\n");
    COMPLAINT("a.b=#c", "loader.conf:1:5: error: no value follows \"a.b=\"; write a.b=\"\" for "
                        "an empty value [conf-no-value]\n");
}

TEST(test_unterminated)
{
#define UNTERMINATED                                                                               \
    "loader.conf:1:5: error: the value of \"a.b\" has no closing quote; close it on the line "     \
    "where it begins [conf-unterminated]\n"
    COMPLAINT("a.b=\"x", UNTERMINATED);
    COMPLAINT("a.b=\"x\\", UNTERMINATED);
    COMPLAINT("a.b=\"x\\\"", UNTERMINATED);
    COMPLAINT("a.b=\"x\\\\\\\"\r\nc.d=\"\"", UNTERMINATED);
    COMPLAINT("a.b=\"", UNTERMINATED);
}

TEST(test_control_character)
{
    COMPLAINT("a.b=\"x\0y\"", "loader.conf:1:7: error: the value of \"a.b\" contains the control "
                              "character '\\x00'; remove it [conf-control-character]\n");
    COMPLAINT(
        "a.b=\"\xc3\xa4\\\x1b\"", // the column counts characters
        "loader.conf:1:8: error: the value of \"a.b\" contains the control character '\\x1b'; "
        "remove it [conf-control-character]\n");
    COMPLAINT("a.b=\"\ry\"", "loader.conf:1:6: error: the value of \"a.b\" contains the control "
                             "character '\\x0d'; remove it [conf-control-character]\n");
    COMPLAINT("a.b=\"\x7f\"", "loader.conf:1:6: error: the value of \"a.b\" contains the control "
                              "character '\\x7f'; remove it [conf-control-character]\n");
    COMPLAINT("a.b=\"tabs\tmay\tbe\"", "");
}

TEST(test_needs_quotes)
{
    COMPLAINT("kernel=/a", "loader.conf:1:8: error: '/' is not allowed in a value without "
                           "quotes; write kernel=\"value\" [conf-needs-quotes]\n");
    COMPLAINT("a.b=x\"y\"", "loader.conf:1:6: error: '\"' is not allowed in a value without "
                            "quotes; write a.b=\"value\" [conf-needs-quotes]\n");
}

TEST(test_trailing_text)
{
#define TRAILING(column)                                                                           \
    "loader.conf:1:" column ": error: more text follows the value of \"quiet\"; write one "        \
    "assignment per line, and begin a comment with '#' [conf-trailing-text]\n"
    COMPLAINT("quiet=\"YES\"x", TRAILING("12"));
    COMPLAINT("quiet=YES verbose=YES", TRAILING("11"));
    COMPLAINT("quiet=\"YES\";", TRAILING("12"));
}

TEST(test_every_error_of_the_file_is_reported_in_order)
{
    COMPLAINT(
        "?\nquiet=maybe\nfoo_laod=YES\nautoboot_delay=x\nverbose=YES\nend",
        "loader.conf:1:1: error: '?' is not allowed in a key; use letters, digits, '_', '-' and "
        "'.' [conf-bad-character]\n"
        "loader.conf:2:7: error: quiet must be YES or NO, not \"maybe\" [conf-bad-yes-no]\n"
        "loader.conf:3:1: warning: the key \"foo_laod\" is unknown and has no effect; did you "
        "mean \"foo_load\"? [conf-unknown-key]\n"
        "loader.conf:4:16: error: autoboot_delay must be a whole number from 0 to 3600, not "
        "\"x\" [conf-bad-number]\n"
        "loader.conf:6:4: error: no '=' follows \"end\"; write end=\"value\", or begin the line "
        "with '#' if it is a comment [conf-no-equals]\n");
}

// The character is shown, not its first byte; what drives a terminal is shown as bytes.
TEST(test_letter_that_is_not_allowed)
{
    COMPLAINT("hello_load=\u201cYES\u201d",
              "loader.conf:1:12: error: '\u201c' is not allowed in a value without quotes; write "
              "hello_load=\"value\" [conf-needs-quotes]\n");
    COMPLAINT("h\u00e9llo_load=YES",
              "loader.conf:1:2: error: '\u00e9' is not allowed in a key; use "
              "letters, digits, '_', '-' and '.' [conf-bad-character]\n");
    COMPLAINT("a=\u202ex", "loader.conf:1:3: error: '\\xe2\\x80\\xae' is not allowed in a value "
                           "without quotes; write a=\"value\" [conf-needs-quotes]\n");
    COMPLAINT("a=\xe2\x80",
              "loader.conf:1:3: error: '\\xe2' is not allowed in a value without quotes; "
              "write a=\"value\" [conf-needs-quotes]\n");
}
