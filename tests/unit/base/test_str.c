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

TEST(test_equal_but_case_knows_ascii_letters_alone)
{
    assert_true(btl_str_equal_but_case(BTL_STR(""), (struct btl_str){NULL, 0}));
    assert_true(btl_str_equal_but_case(BTL_STR("aZ9.A"), BTL_STR("Az9.a")));
    assert_false(btl_str_equal_but_case(BTL_STR("ab"), BTL_STR("abc")));
    assert_false(btl_str_equal_but_case(BTL_STR("a"), BTL_STR("b")));
    assert_false(btl_str_equal_but_case(BTL_STR("@["), BTL_STR("`{"))); // beside the letters
    assert_false(btl_str_equal_but_case(BTL_STR("\xc3\x84"), BTL_STR("\xc3\xa4")));
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
