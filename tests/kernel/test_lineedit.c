// SPDX-License-Identifier: BSD-2-Clause
#include "host.h"

#include <string.h>

#include "console/lineedit.h"

static struct line line;
static char echoed[1024];
static struct btl_buffer echo;

static int begin(void **state)
{
    memset(&line, 0, sizeof(line));
    echo = btl_buffer(echoed, sizeof(echoed));
    return 0;
}

// Type text; return the event of the last character.
static enum line_event type(const char *text)
{
    enum line_event event = LINE_MORE;

    for (; *text != '\0'; text++)
        event = line_feed(&line, (uint8_t)*text, &echo.out);
    return event;
}

EACH_TEST(begin, NULL)

TEST(text_is_kept_and_echoed)
{
    assert_int_equal(type("lsmod"), LINE_MORE);
    assert_string_equal(line.text, "lsmod");
    assert_int_equal(type("\r"), LINE_DONE);
    assert_string_equal(echoed, "lsmod\n");
}

TEST(a_newline_after_a_return_is_the_same_end)
{
    assert_int_equal(type("a\r"), LINE_DONE);
    line_clear(&line);
    assert_int_equal(type("\n"), LINE_MORE);
    assert_int_equal(type("b\n"), LINE_DONE);
    assert_string_equal(line.text, "b");
}

TEST(backspace_and_delete_take_one_back)
{
    type("abc\b\x7f");
    assert_string_equal(line.text, "a");
    type("\b\b\b");
    assert_string_equal(line.text, "");
    assert_string_equal(echoed, "abc\b \b\b \b\b \b");
}

TEST(control_u_takes_all_and_control_w_a_word_back)
{
    type("manifest memory  \x17");
    assert_string_equal(line.text, "manifest ");
    type("\x15");
    assert_string_equal(line.text, "");
    type("\x17\x15");
    assert_int_equal(line.len, 0);
}

TEST(control_c_cancels)
{
    assert_int_equal(type("reset\x03"), LINE_CANCELLED);
}

TEST(control_characters_ring_and_are_not_kept)
{
    type("a\x01\t\x80\xff");
    assert_string_equal(line.text, "a");
    assert_string_equal(echoed, "a\a\a\a\a");
}

TEST(sequences_of_unknown_keys_are_not_kept)
{
    type("a\x1b[3~\x1b[1;5C\x1bx\x1b\x1b[Hb"); // delete, control and right, alt and x, home
    assert_string_equal(line.text, "ab");
}

TEST(arrows_walk_through_the_history)
{
    static struct history history;

    memset(&history, 0, sizeof(history));
    line.history = &history;
    for (const char *text = "one\rtwo\rtwo\r\rthree\r"; *text != '\0'; text++)
        if (line_feed(&line, *text, &echo.out) == LINE_DONE)
            line_clear(&line);
    assert_int_equal(history.count, 3); // neither the repetition nor the empty line
    type("x\x1b[A");
    assert_string_equal(line.text, "three");
    type("\x1b[A\x1bOA");
    assert_string_equal(line.text, "one");
    type("\x1b[A"); // no older line
    assert_string_equal(line.text, "one");
    type("\x0e");
    assert_string_equal(line.text, "two");
    type("\x10\x1b[B\x1b[B\x1b[B");
    assert_string_equal(line.text, "");
    type("\x1b[B");
    assert_string_equal(line.text, "");
}

TEST(the_history_keeps_the_newest)
{
    static struct history history;
    char text[16];

    memset(&history, 0, sizeof(history));
    line.history = &history;
    for (int i = 0; i < HISTORY_MAX + 5; i++) {
        btl_format_to(text, sizeof(text), "line %d\r", i);
        type(text);
        line_clear(&line);
    }
    for (int i = 0; i < HISTORY_MAX + 9; i++)
        type("\x10");
    assert_string_equal(line.text, "line 5");
}

static bool candidate(uint32_t index, bool first_word, struct btl_str *ret_word)
{
    static const char *const commands[] = {"kmadmin", "kmtune", "lsmod"};
    static const char *const modules[] = {"ring", "rtc", "rot13", "clock"};
    const char *const *words = first_word ? commands : modules;

    if (index >= (first_word ? BTL_COUNT(commands) : BTL_COUNT(modules)))
        return false;
    *ret_word = btl_str_of(words[index]);
    return true;
}

TEST(tab_completes_commands_and_modules)
{
    line.candidate = candidate;
    line.prompt = "btl> ";
    type("l\t");
    assert_string_equal(line.text, "lsmod ");
    type("\x15k\t");
    assert_string_equal(line.text, "km");
    type("a\t-L r\t");
    assert_string_equal(line.text, "kmadmin -L r");
    assert_contains(echoed, "ring rtc rot13 \nbtl> kmadmin -L r");
    type("t\t");
    assert_string_equal(line.text, "kmadmin -L rtc ");
    type("z\t"); // no command begins with z
    assert_string_equal(line.text, "kmadmin -L rtc z");
}

TEST(a_line_that_is_full_takes_no_more)
{
    for (int i = 0; i < LINE_MAX + 10; i++)
        type("x");
    assert_int_equal(line.len, LINE_MAX - 1);
    assert_int_equal(strlen(line.text), LINE_MAX - 1);
    assert_int_equal(type("\r"), LINE_DONE);
}

TEST(words_are_split_at_blanks)
{
    char text[] = "  modinfo   clock ", none[] = "   ", many[] = "a b c d";
    char *words[3];
    int count = 9;

    assert_true(line_split(text, words, 3, &count));
    assert_int_equal(count, 2);
    assert_string_equal(words[0], "modinfo");
    assert_string_equal(words[1], "clock");
    assert_true(line_split(none, words, 3, &count));
    assert_int_equal(count, 0);
    assert_false(line_split(many, words, 3, &count));
}
