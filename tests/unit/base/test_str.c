// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btl_test.h"

TEST(test_equal_compares_length_and_every_byte)
{
    assert_true(btl_str_equal(BTL_STR(""), (struct btl_str){NULL, 0}));
    assert_true(btl_str_equal(BTL_STR("a\0b"), BTL_STR("a\0b")));
    assert_false(btl_str_equal(BTL_STR("a\0b"), BTL_STR("a\0c")));
    assert_false(btl_str_equal(BTL_STR("ab"), BTL_STR("abc")));
    assert_false(btl_str_equal(BTL_STR("ab"), BTL_STR("")));
}

TEST(test_equal_nocase_knows_ascii_letters_alone)
{
    assert_true(btl_str_equal_nocase(BTL_STR(""), (struct btl_str){NULL, 0}));
    assert_true(btl_str_equal_nocase(BTL_STR("aZ9.A"), BTL_STR("Az9.a")));
    assert_false(btl_str_equal_nocase(BTL_STR("ab"), BTL_STR("abc")));
    assert_false(btl_str_equal_nocase(BTL_STR("a"), BTL_STR("b")));
    assert_false(btl_str_equal_nocase(BTL_STR("@["), BTL_STR("`{"))); // beside the letters
    assert_false(btl_str_equal_nocase(BTL_STR("\xc3\x84"), BTL_STR("\xc3\xa4")));
}

TEST(test_compare_sorts_bytes_unsigned_and_prefix_first)
{
    assert_int_equal(btl_str_compare(BTL_STR("ab"), BTL_STR("ab")), 0);
    assert_true(btl_str_compare(BTL_STR("ab"), BTL_STR("abc")) < 0);
    assert_true(btl_str_compare(BTL_STR("b"), BTL_STR("abc")) > 0);
    assert_true(btl_str_compare(BTL_STR("\xff"), BTL_STR("a")) > 0);
    assert_true(btl_str_compare((struct btl_str){NULL, 0}, BTL_STR("a")) < 0);
    assert_int_equal(btl_str_compare((struct btl_str){NULL, 0}, BTL_STR("")), 0);
}

TEST(test_str_of_measures_to_the_nul)
{
    assert_int_equal(btl_str_of("").len, 0);
    assert_int_equal(btl_str_of("abc\0def").len, 3);
}

TEST(test_begins_and_ends)
{
    assert_true(btl_str_begins(BTL_STR("abc"), BTL_STR("ab")));
    assert_true(btl_str_begins(BTL_STR("abc"), BTL_STR("")));
    assert_false(btl_str_begins(BTL_STR("abc"), BTL_STR("bc")));
    assert_false(btl_str_begins(BTL_STR("ab"), BTL_STR("abc")));
    assert_true(btl_str_ends(BTL_STR("abc"), BTL_STR("bc")));
    assert_true(btl_str_ends(BTL_STR("abc"), BTL_STR("abc")));
    assert_false(btl_str_ends(BTL_STR("abc"), BTL_STR("ab")));
    assert_false(btl_str_ends(BTL_STR("c"), BTL_STR("bc")));
}

TEST(test_find_and_split)
{
    struct btl_str before, after;
    assert_int_equal(btl_str_find(BTL_STR("a.b.c"), '.'), 1);
    assert_int_equal(btl_str_find_last(BTL_STR("a.b.c"), '.'), 3);
    assert_int_equal(btl_str_find(BTL_STR("abc"), '.'), 3);
    assert_int_equal(btl_str_find_last(BTL_STR("abc"), '.'), 3);
    assert_int_equal(btl_str_find_last(BTL_STR(".abc"), '.'), 0);
    assert_true(btl_str_split(BTL_STR("a.b.c"), '.', &before, &after));
    assert_true(btl_str_equal(before, BTL_STR("a")) && btl_str_equal(after, BTL_STR("b.c")));
    assert_true(btl_str_split(BTL_STR("."), '.', &before, &after));
    assert_true(before.len == 0 && after.len == 0);
    assert_false(btl_str_split(BTL_STR("a"), '.', &before, &after));
}

// `pieces`: what `take` finds one after the other, each with a '|' behind it.
static void expect_pieces(bool (*take)(struct btl_str *rest, struct btl_str *ret), const char *text,
                          const char *pieces)
{
    struct btl_str rest = btl_str_of(text), piece;
    char found[64] = "";
    while (take(&rest, &piece))
        snprintf(found + strlen(found), sizeof(found) - strlen(found), "%.*s|", (int)piece.len,
                 piece.at);
    assert_string_equal(found, pieces);
    assert_int_equal(rest.len, 0);
    assert_false(take(&rest, &piece));
}

static bool take_directory(struct btl_str *rest, struct btl_str *ret_directory)
{
    return btl_take_part(rest, ';', ret_directory);
}

TEST(test_lines_parts_and_names_are_taken_in_turn)
{
    expect_pieces(btl_take_line, "", "");
    expect_pieces(btl_take_line, "a\n\nb", "a||b|");
    expect_pieces(btl_take_line, "a\n", "a|");
    expect_pieces(take_directory, "", "");
    expect_pieces(take_directory, ";;", "");
    expect_pieces(take_directory, ";/a;;/b c;", "/a|/b c|");
    expect_pieces(btl_take_name, " ,\t", "");
    expect_pieces(btl_take_name, "a, b\tc,", "a|b|c|");
    struct btl_str none = {NULL, 0}, piece;
    assert_false(btl_take_line(&none, &piece) || btl_take_part(&none, ';', &piece) ||
                 btl_take_name(&none, &piece));
}

TEST(test_numbers_are_decimal_and_saturate)
{
    uint64_t number = 7;
    assert_true(btl_parse_number(BTL_STR("0010"), &number));
    assert_int_equal(number, 10);
    assert_true(btl_parse_number(BTL_STR("18446744073709551614"), &number));
    assert_true(number == UINT64_MAX - 1);
    static const char *const large[] = {"18446744073709551616", "99999999999999999999",
                                        "184467440737095516150", "1000000000000000000000000"};
    for (size_t i = 0; i < BTL_COUNT(large); i++) {
        assert_true(btl_parse_number(btl_str_of(large[i]), &number));
        assert_true(number == UINT64_MAX);
    }
    static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "0x10", "1a", "/", ":"};
    for (size_t i = 0; i < BTL_COUNT(bad); i++)
        assert_false(btl_parse_number(btl_str_of(bad[i]), &number));
}

TEST(test_parse_size)
{
    static const struct {
        const char *text;
        uint64_t size;
    } good[] = {{"0", 0},
                {"12", 12},
                {"64K", 64 << 10},
                {"4M", 4 << 20},
                {"3G", 3ull << 30},
                {"2T", 2ull << 40},
                {"17179869184G", UINT64_MAX},
                {"99999999999999999999M", UINT64_MAX}};
    static const char *const bad[] = {"", "K", "4k", "4MM", "4 M", "M4", "-4M", "4MB"};
    uint64_t size;
    for (size_t i = 0; i < BTL_COUNT(good); i++) {
        assert_true(btl_parse_size(btl_str_of(good[i].text), &size));
        assert_int_equal(size, good[i].size);
    }
    for (size_t i = 0; i < BTL_COUNT(bad); i++)
        assert_false(btl_parse_size(btl_str_of(bad[i]), &size));
}

TEST(test_parts_of_paths)
{
    assert_true(btl_str_equal(btl_base_name(BTL_STR("/a/b.ko")), BTL_STR("b.ko")));
    assert_true(btl_str_equal(btl_base_name(BTL_STR("b.ko")), BTL_STR("b.ko")));
    assert_true(btl_str_equal(btl_base_name(BTL_STR("/a/")), BTL_STR("")));
    assert_true(btl_str_equal(btl_directory_prefix(BTL_STR("/a//")), BTL_STR("/a")));
    assert_true(btl_str_equal(btl_directory_prefix(BTL_STR("/")), BTL_STR("")));
}

TEST(test_characters_of_names)
{
    size_t count = 0;
    for (int c = 0; c < 256; c++)
        count += btl_is_name_character((char)c);
    assert_int_equal(count, 26 + 26 + 10 + 2);
    assert_true(btl_is_name_character('_') && btl_is_name_character('-'));
    assert_true(btl_lower('Z') == 'z' && btl_lower('[') == '[' && btl_lower('a') == 'a');
}

TEST(test_hash_depends_on_text_length_and_seed_alone)
{
    char one[] = "some/name/of/a/file", other[] = "xsome/name/of/a/file";
    struct btl_str a = {one, sizeof(one) - 1}, b = {other + 1, sizeof(one) - 1};
    assert_int_equal(btl_hash(a, 7), btl_hash(b, 7)); // at another alignment
    assert_int_not_equal(btl_hash(a, 7), btl_hash(a, 8));
    for (size_t len = 0; len < 40; len++) { // zeros differ by their number alone
        static const char zeros[40];
        for (size_t shorter = 0; shorter < len; shorter++)
            assert_int_not_equal(btl_hash((struct btl_str){zeros, len}, 0),
                                 btl_hash((struct btl_str){zeros, shorter}, 0));
    }
}

TEST(test_hash_reads_no_byte_past_the_text)
{
    for (size_t len = 0; len <= 17; len++) {
        char *exact = malloc(len + (len == 0));
        memset(exact, 'x', len);
        (void)btl_hash((struct btl_str){exact, len}, 1);
        free(exact);
    }
}

// One changed bit of text or seed changes about half of the result's bits, at every place.
TEST(test_hash_spreads_each_bit_over_the_result)
{
    for (size_t len = 1; len <= 24; len++) {
        unsigned changed = 0, pairs = 0;
        for (unsigned sample = 0; sample < 16; sample++) {
            char text[24];
            for (size_t i = 0; i < len; i++)
                text[i] = (char)(sample * 37 + i * 11);
            uint64_t before = btl_hash((struct btl_str){text, len}, sample);
            for (size_t bit = 0; bit < len * 8; bit++, pairs++) {
                text[bit / 8] ^= (char)(1 << bit % 8);
                uint64_t after = btl_hash((struct btl_str){text, len}, sample);
                changed += (unsigned)__builtin_popcountll(before ^ after);
                assert_in_range(__builtin_popcountll(before ^ after), 8, 56);
                text[bit / 8] ^= (char)(1 << bit % 8);
            }
        }
        assert_in_range(changed * 100 / pairs, 3000, 3400); // of 6400
    }
}

TEST(test_hash_fills_buckets_evenly_with_like_names)
{
    enum { BUCKETS = 4096, NAMES = 16 * BUCKETS };
    static unsigned bucket[BUCKETS];
    memset(bucket, 0, sizeof(bucket));
    for (unsigned i = 0; i < NAMES; i++) {
        char name[32];
        int len = snprintf(name, sizeof(name), "module_%u_symbol", i);
        bucket[btl_hash((struct btl_str){name, (size_t)len}, 1) % BUCKETS]++;
    }
    for (unsigned i = 0; i < BUCKETS; i++)
        assert_in_range(bucket[i], 1, 48); // 16 expected
}

// Words and single bytes: each place in texts of each length, among bytes that differ by one bit.
TEST(test_find_and_printable_at_every_place)
{
    static const unsigned char others[] = {0x00, 0x1f, 0x7f, 0x80, 0x9f, 0xff};
    char text[40];
    for (size_t len = 0; len <= sizeof(text); len++) {
        memset(text, '~', sizeof(text));
        struct btl_str whole = {text, len};
        assert_int_equal(btl_str_find(whole, ';'), len);
        assert_int_equal(btl_str_printable(whole), len);
        for (size_t at = 0; at < len; at++) {
            for (size_t i = 0; i < sizeof(others); i++) {
                memset(text, i % 2 == 0 ? '~' : ' ', sizeof(text));
                text[at] = (char)others[i];
                assert_int_equal(btl_str_printable(whole), at);
                assert_int_equal(btl_str_find(whole, (char)others[i]), at);
                text[len - 1] = (char)others[i]; // the first of two
                assert_int_equal(btl_str_find(whole, (char)others[i]), at);
                assert_int_equal(btl_str_printable(whole), at);
            }
        }
    }
}
