// SPDX-License-Identifier: BSD-2-Clause
// From scan codes to characters.
#include <string.h>

#include "test_case.h"

#include "kbd/keymap.h"

static char typed[64];

// Feed the bytes of `codes`, up to a 0, and collect the characters.
static const char *type(const char *layout, const uint8_t *codes)
{
    struct keymap keymap = {.layout = keymap_layout_named(layout)};
    size_t len = 0;
    int c;
    assert_non_null(keymap.layout);
    for (; *codes != 0; codes++) {
        keymap_feed(&keymap, *codes);
        while ((c = keymap_take(&keymap)) >= 0 && len + 1 < sizeof(typed))
            typed[len++] = (char)c;
    }
    typed[len] = '\0';
    return typed;
}

#define TYPES(layout, text, ...)                                                                   \
    assert_string_equal(type(layout, (const uint8_t[]){__VA_ARGS__, 0}), text)

TEST(keys_and_their_release)
{
    TYPES("us", "help\r", 0x23, 0xa3, 0x12, 0x92, 0x26, 0xa6, 0x19, 0x99, 0x1c, 0x9c);
    TYPES("us", "yz-/", 0x15, 0x2c, 0x0c, 0x35);
    TYPES("de", "zy", 0x15, 0x2c);
}

TEST(shift_caps_and_control)
{
    TYPES("us", "A1!a", 0x2a, 0x1e, 0xaa, 0x02, 0x36, 0x02, 0xb6, 0x1e);
    TYPES("us", "A1a", 0x3a, 0xba, 0x1e, 0x02, 0x2a, 0x1e);
    TYPES("us", "\003", 0x1d, 0x2e, 0xae, 0x9d);
    TYPES("de", "/&", 0x2a, 0x08, 0x07);
}

TEST(altgr_of_the_german_layout)
{
    TYPES("de", "@[]{}\\~|", 0xe0, 0x38, 0x10, 0x09, 0x0a, 0x08, 0x0b, 0x0c, 0x1b, 0x56);
    TYPES("de", "q_-", 0xe0, 0x38, 0xe0, 0xb8, 0x10, 0x2a, 0x35, 0xaa, 0x35);
}

TEST(keys_of_the_line_editor)
{
    TYPES("us", "\033[A\033[B\177\b\t", 0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0x50, 0xe0, 0x53, 0x0e, 0x0f);
    TYPES("us", "\033[A", 0xe0, 0x2a, 0xe0, 0x48); // with a shift that is none
}

TEST(the_keypad)
{
    TYPES("us", "7+5.*/\r", 0x47, 0x4e, 0x4c, 0x53, 0x37, 0xe0, 0x35, 0xe0, 0x1c);
}

TEST(keys_without_a_character)
{
    TYPES("us", "a", 0x3b, 0x01 | 0x80, 0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x1e, 0x58, 0x7f);
    TYPES("de", "", 0x1a, 0x27, 0x28);
}

TEST(layouts_have_names)
{
    assert_null(keymap_layout_named("dvorak"));
    assert_non_null(strstr(keymap_layout_names(), "de"));
}
