// SPDX-License-Identifier: BSD-2-Clause
// Lines for loader.conf: how they look, and that the parser reads them back as they were.
#include "test_case.h"

#include <string.h>

#include "parsed_text.h"

struct sink {
    struct btl_out out;
    char text[2048];
    size_t len;
};

static void put(struct btl_out *out, const char *text, size_t len)
{
    struct sink *sink = out->owner;
    assert_true(len > 0 && len < sizeof(sink->text) - sink->len);
    memcpy(sink->text + sink->len, text, len);
    sink->len += len;
    sink->text[sink->len] = '\0';
}

static void begin(struct sink *sink)
{
    *sink = (struct sink){.out = {.put = put, .owner = sink}};
}

static void assert_line(const char *key, const char *value, const char *expected)
{
    struct sink sink;
    begin(&sink);
    assert_true(btl_config_line(btl_str_of(key), btl_str_of(value), &sink.out));
    assert_string_equal(sink.text, expected);
}

TEST(test_lines)
{
    assert_line("quiet", "YES", "quiet=\"YES\"\n");
    assert_line("a.b", "", "a.b=\"\"\n");
    assert_line("my-mod_2_flags", "x=\"1\"", "my-mod_2_flags=\"x=\\\"1\\\"\"\n");
    assert_line("a.b", "\\\"\\\\", "a.b=\"\\\\\\\"\\\\\\\\\"\n");
    assert_line("title", "\tG\xc3\xbcte # =", "title=\"\tG\xc3\xbcte # =\"\n");
}

TEST(test_what_no_line_can_say)
{
    static const char *const bad[][2] = {
        {"", "1"},         {"a b", "1"},    {"a=", "1"}, {"#a", "1"},      {"a\n", "1"},
        {"\xc3\xa4", "1"}, {"a", "1\nb=2"}, {"a", "\r"}, {"a", "\x1b[1m"}, {"a", "\x7f"}};
    struct sink sink;
    begin(&sink);
    for (size_t i = 0; i < BTL_COUNT(bad); i++)
        assert_false(btl_config_line(btl_str_of(bad[i][0]), btl_str_of(bad[i][1]), &sink.out));
    assert_false(btl_config_line(BTL_STR("a"), (struct btl_str){"\0", 1}, &sink.out));
    assert_int_equal(sink.len, 0);
}

TEST(test_value_alone)
{
    struct sink sink;
    begin(&sink);
    btl_config_quote(BTL_STR("a\"b\n"), &sink.out);
    assert_string_equal(sink.text, "\"a\\\"b\n\"");
}

// Every character that a value may have, before and after every other one.
TEST(test_every_value_is_read_back)
{
    char value[2 * 256];
    struct sink sink;
    struct parsed parsed;
    for (unsigned first = ' '; first < 256; first++) {
        size_t len = 0;
        if (first == 0x7f)
            continue;
        for (unsigned c = ' '; c < 256; c++) {
            value[len++] = (char)first;
            value[len++] = c == 0x7f ? '\t' : (char)c;
        }
        begin(&sink);
        assert_true(btl_config_line(BTL_STR("a.b"), (struct btl_str){value, len}, &sink.out));
        parse(&parsed, (struct btl_str){sink.text, sink.len});
        assert_true(parsed.good);
        assert_int_equal(parsed.config.setting_count, 1);
        assert_int_equal(parsed.config.settings[0].value.len, len);
        assert_memory_equal(parsed.config.settings[0].value.at, value, len);
        parse_end(&parsed);
    }
}
