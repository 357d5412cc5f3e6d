// SPDX-License-Identifier: BSD-2-Clause
// Text on its way to the menu: lines that fit, nothing that drives a terminal; and the
// explanations.
#include "mock.h"

#include <stdlib.h>
#include <string.h>

#include <btl/utf8.h>

#include "menu/wrap.h"
#include <btl/messages.h>

struct lines {
    uint32_t columns, count;
    char text[1 << 16]; // of all, with newlines
    size_t len;
};

static void take(void *owner, struct btl_str line)
{
    struct lines *lines = owner;
    // A wide character may stand out by one column in a line of hardly any.
    assert_true(glyph_columns(line) <= lines->columns + 1);
    for (size_t at = 0; at < line.len;)
        assert_true(btl_utf8_shown(btl_utf8_next(line, &at)));
    assert_true(lines->len + line.len + 2 < sizeof(lines->text));
    memcpy(lines->text + lines->len, line.at, line.len);
    lines->len += line.len;
    lines->text[lines->len++] = '\n';
    lines->text[lines->len] = '\0';
    lines->count++;
}

// In pieces of `piece` bytes.
static struct lines *wrap(const char *text, size_t len, uint32_t columns, size_t piece)
{
    static struct lines lines;
    struct menu_wrap wrapped;
    lines.columns = columns;
    lines.count = 0;
    lines.len = 0;
    lines.text[0] = '\0';
    menu_wrap_begin(&wrapped, columns, take, &lines);
    for (size_t at = 0; at < len; at += piece)
        wrapped.out.put(&wrapped.out, text + at, piece < len - at ? piece : len - at);
    menu_wrap_end(&wrapped);
    return &lines;
}

static void expect(const char *text, uint32_t columns, const char *lines)
{
    for (size_t piece = 1; piece < 4; piece++)
        assert_string_equal(wrap(text, strlen(text), columns, piece)->text, lines);
}

TEST(test_lines)
{
    expect("", 10, "");
    expect("one\n\ntwo", 10, "one\n\ntwo\n");
    expect("one two three four", 10, "one two\n  three\n  four\n");
    expect("exactly 10\nmore", 10, "exactly 10\nmore\n");
    expect("0123456789abcdef", 10, "0123456789\n  abcdef\n");
    expect("a\tb", 20, "a       b\n");
}

TEST(test_characters)
{
    expect("\xc3\xa4\xe2\x82\xac", 10, "\xc3\xa4\xe2\x82\xac\n");
    expect("a\x1b[2Jb\x07\x9b\xff", 20, "a?[2Jb???\n");
    expect("x\xe2\x80\xaey\xf0\x9f\x98\x80", 20, "x?y?\n");
    expect("e\xcc\x81", 10, "e\n");
    assert_int_equal(glyph_columns(btl_str_of("\xe4\xb8\xad"
                                              "a")),
                     3);
    expect("\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad", 5, "\xe4\xb8\xad\xe4\xb8\xad\n\xe4\xb8\xad\n");
    expect("\xe4\xb8", 10, "?\n");
}

TEST(test_random_bytes)
{
    static const char frequent[] = "a b\n\tc \xe4\xb8\xad\xc3\xa4\x1b[";
    char text[3000];
    srand(11);
    for (int round = 0; round < 300; round++) {
        for (size_t i = 0; i < sizeof(text); i++)
            text[i] =
                rand() % 8 == 0 ? (char)rand() : frequent[(size_t)rand() % (sizeof(frequent) - 1)];
        uint32_t columns = 2 + (uint32_t)rand() % 300;
        struct lines *lines =
            wrap(text, sizeof(text), columns > 255 ? 255 : columns, 1 + (size_t)rand() % 40);
        assert_true(lines->count > 0);
    }
}

TEST(test_every_message_is_explained)
{
    for (uint32_t code = 0; code < BTL_CODES; code++) {
        const char *name = btl_code_name((enum btl_code)code);
        const struct btl_explanation *found = btl_message_find(&btl_messages, btl_str_of(name));
        if (found == NULL)
            fail_msg("%s is not explained", name);
        assert_string_equal(found->code, name);
        assert_true(strlen(found->text) > 20);
    }
}

TEST(test_explanations_are_in_order_and_plain)
{
    uint32_t count = 0;
    for (; count < btl_messages.count; count++) {
        const struct btl_explanation *at = &btl_messages.list[count];
        if (count > 0)
            assert_true(strcmp(btl_messages.list[count - 1].code, at->code) < 0);
        for (const char *c = at->text; *c != '\0'; c++)
            assert_true(*c >= ' ' && *c <= '~' && *c != '`');
    }
    assert_int_equal(count, BTL_CODES);
    assert_null(btl_message_find(&btl_messages, BTL_STR("")));
    assert_null(btl_message_find(&btl_messages, BTL_STR("zzz")));
    assert_null(btl_message_find(&btl_messages, BTL_STR("conf-no-valu")));
}
