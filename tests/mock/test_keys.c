// SPDX-License-Identifier: BSD-2-Clause
// Escape sequences of keys.
#include "mock.h"
#include "keys.h"

#include <string.h>

// How a text that came behind an Escape ends, and after how many characters.
static enum key_progress take(const char *text, size_t *ret_used, fw_key *ret_key)
{
    struct key_sequence sequence = {0};
    for (size_t i = 0; text[i] != '\0'; i++) {
        enum key_progress progress = key_sequence_parse(&sequence, (uint8_t)text[i], ret_key);
        *ret_used = i + 1;
        if (progress != KEY_MORE)
            return progress;
    }
    return KEY_MORE;
}

static void expect_key(const char *text, fw_key wanted)
{
    size_t used = 0;
    fw_key key = 1;
    assert_int_equal(take(text, &used, &key), KEY_COMPLETE);
    assert_int_equal(used, strlen(text));
    assert_int_equal(key, wanted);
}

TEST(test_keys)
{
    expect_key("[A", FW_KEY_UP);
    expect_key("OB", FW_KEY_DOWN);
    expect_key("[5~", FW_KEY_PAGE_UP);
    expect_key("[6~", FW_KEY_PAGE_DOWN);
    expect_key("[1~", FW_KEY_HOME);
    expect_key("OF", FW_KEY_END);
    expect_key("OP", FW_KEY_F1);
    expect_key("[[E", FW_KEY_F1 + 4);
    expect_key("[15~", FW_KEY_F1 + 4);
    expect_key("[24~", FW_KEY_F12);
}

TEST(test_keys_without_a_name)
{
    expect_key("[1;5C", FW_KEY_OTHER);
    expect_key("[99~", FW_KEY_OTHER);
    expect_key("[[Z", FW_KEY_OTHER);
    expect_key("Oz", FW_KEY_OTHER);
}

TEST(test_answer_about_the_cursor_is_no_key)
{
    expect_key("[24;80R", 0);
    expect_key("[1;1R", 0);
    expect_key("OR", FW_KEY_F1 + 2);
}

TEST(test_what_goes_on)
{
    static const char *const texts[] = {"[", "O", "[1", "[1;", "[["};
    for (size_t i = 0; i < BTL_COUNT(texts); i++) {
        size_t used;
        fw_key key;
        assert_int_equal(take(texts[i], &used, &key), KEY_MORE);
    }
}

// Escape, and then another key.
TEST(test_no_sequence)
{
    static const char *const texts[] = {
        "x", "1", "\r", "\x1b", "[\x1b", "[1\r", "[1;2;3;4;5;6;7;8;9m"};
    for (size_t i = 0; i < BTL_COUNT(texts); i++) {
        size_t used = 0;
        fw_key key = 77;
        assert_int_equal(take(texts[i], &used, &key), KEY_NONE);
        assert_int_equal(key, 77);
    }
    struct key_sequence sequence = {0};
    fw_key key;
    assert_int_equal(key_sequence_parse(&sequence, FW_KEY_UP, &key), KEY_NONE);
    assert_int_equal(key_sequence_parse(&sequence, 0xe4, &key), KEY_NONE);
}
