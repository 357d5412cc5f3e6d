// SPDX-License-Identifier: BSD-2-Clause
// Majors as text: what `majors=` takes, and what is written back.
#include "test_case.h"

#include <btl/modinfo.h>

#define NONE BTL_MAJOR_NONE
#define ANY  BTL_MAJOR_DYNAMIC

static const struct majors_case {
    const char *name; // the text
    int16_t majors[BTL_DEVICE_KINDS];
    const char *again; // as it is written; NULL: as it was
} good[] = {
    {"char:0", {0, NONE}, NULL},
    {"char:3", {3, NONE}, NULL},
    {"char:255", {255, NONE}, NULL},
    {"block:-1", {NONE, ANY}, NULL},
    {"char:-1,block:31", {ANY, 31}, NULL},
    {"block:31,char:-1", {ANY, 31}, "char:-1,block:31"},
    {"char:255,block:255", {255, 255}, NULL},
};

static void test_good(void **state)
{
    const struct majors_case *row = *state;
    int16_t majors[BTL_DEVICE_KINDS];
    char text[32];
    assert_true(btl_majors_parse(btl_str_of(row->name), majors));
    assert_int_equal(majors[BTL_DEVICE_CHAR], row->majors[BTL_DEVICE_CHAR]);
    assert_int_equal(majors[BTL_DEVICE_BLOCK], row->majors[BTL_DEVICE_BLOCK]);
    size_t len = btl_majors_text(majors, text);
    assert_string_equal(text, row->again != NULL ? row->again : row->name);
    assert_int_equal(len, btl_str_of(text).len);
}
TEST_ROWS(good, test_good)

static const struct bad_case {
    const char *name;
} bad[] = {
    {""},
    {","},
    {"char"},
    {"char:"},
    {":3"},
    {"3"},
    {"char:-2"},
    {"char:256"},
    {"char:99999999999999999999"},
    {"Char:3"},
    {"tape:3"},
    {"char:0x10"},
    {"char:3,"},
    {",char:3"},
    {"char:3,,block:1"},
    {"char:3,char:4"},
    {"char: 3"},
    {"char:3 "},
    {"char:3:4"},
    {"char:+3"},
    {"char:3,block:1,char:2"},
};

static void test_bad(void **state)
{
    const struct bad_case *row = *state;
    int16_t majors[BTL_DEVICE_KINDS] = {77, 78};
    assert_false(btl_majors_parse(btl_str_of(row->name), majors));
    assert_int_equal(majors[BTL_DEVICE_CHAR], 77);
    assert_int_equal(majors[BTL_DEVICE_BLOCK], 78);
}
TEST_ROWS(bad, test_bad)

TEST(without_majors_the_text_is_empty)
{
    char text[32] = "x";
    assert_int_equal(btl_majors_text((const int16_t[]){NONE, NONE}, text), 0);
    assert_string_equal(text, "");
}

TEST(kinds_have_names)
{
    assert_string_equal(btl_device_kind_name(BTL_DEVICE_CHAR), "char");
    assert_string_equal(btl_device_kind_name(BTL_DEVICE_BLOCK), "block");
    assert_string_equal(btl_device_kind_name(BTL_DEVICE_KINDS), "?");
}
