// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btl_test.h"

#define assert_format(expected, ...)                                                               \
    do {                                                                                           \
        char formatted[256];                                                                       \
        size_t len = btl_format_to(formatted, sizeof(formatted), __VA_ARGS__);                     \
        assert_string_equal(formatted, (expected));                                                \
        assert_int_equal(len, strlen(expected));                                                   \
    } while (0)

// Against the C library's own, for what both know.
#define assert_like_libc(format, ...)                                                              \
    do {                                                                                           \
        char theirs[256];                                                                          \
        snprintf(theirs, sizeof(theirs), format, __VA_ARGS__);                                     \
        assert_format(theirs, format, __VA_ARGS__);                                                \
    } while (0)

TEST(test_integers_at_their_limits)
{
    static const long long values[] = {0,       1,       -1,        9,         10,
                                       INT_MAX, INT_MIN, LLONG_MAX, LLONG_MIN, -123456789012};
    for (size_t i = 0; i < BTL_COUNT(values); i++) {
        assert_like_libc("[%d]", (int)values[i]);
        assert_like_libc("[%u]", (unsigned)values[i]);
        assert_like_libc("[%x %X]", (unsigned)values[i], (unsigned)values[i]);
        assert_like_libc("[%ld %lu %lx]", (long)values[i], (long)values[i], (long)values[i]);
        assert_like_libc("[%lld %llu %llX]", values[i], values[i], values[i]);
        assert_like_libc("[%zu %zd]", (size_t)values[i], (size_t)values[i]);
        assert_like_libc("[%24lld|%-24lld|%024lld]", values[i], values[i], values[i]);
        assert_like_libc("[%5x|%-5x|%05x]", (int)values[i], (int)values[i], (int)values[i]);
    }
}

TEST(test_widths_and_precisions_of_text)
{
    assert_like_libc("[%s|%8s|%-8s|%.2s|%8.2s|%-8.2s]", "abc", "abc", "abc", "abc", "abc", "abc");
    assert_like_libc("[%*s|%-*s|%*s|%.*s|%.*s]", 6, "abc", 6, "abc", -6, "abc", 1, "abc", -1,
                     "abc");
    assert_like_libc("[%s|%.0s|%3c|%-3c]", "", "abc", 'x', 'y');
    static const char *volatile none;
    assert_format("[(null)]", "[%s]", none);
    assert_format("[(null)]", "[%pS]", (struct btl_str *)NULL);
    assert_format("100% sure%", "100%% sure%%");
}

TEST(test_text_without_nul_is_cut_by_its_length_or_precision)
{
    char *three = malloc(3);
    memcpy(three, "abc", 3);
    struct btl_str text = {three, 3};
    assert_format("[abc|ab|  abc|abc  |]", "[%pS|%2pC|%5pS|%-5pS|%pC]", &text, &text, &text, &text,
                  &text);
    assert_format("[abc]", "[%.3s]", three);
    free(three);
}

TEST(test_pointers_have_sixteen_digits)
{
    assert_format("0x0000000000000000", "%p", NULL);
    assert_format("0xffffffff80001234", "%p", (void *)0xffffffff80001234);
}

TEST(test_sizes_for_people)
{
    static const struct {
        unsigned long long bytes;
        const char *text;
    } cases[] = {
        {0, "0 B"},
        {1023, "1023 B"},
        {1024, "1 KiB"},
        {1536, "1.5 KiB"},
        {4096, "4 KiB"},
        {10239, "10 KiB"}, // 9.999
        {10240, "10 KiB"},
        {10752, "11 KiB"}, // 10.5
        {1048063, "1023 KiB"},
        {1048575, "1 MiB"}, // 1023.999 KiB
        {64ull << 20, "64 MiB"},
        {3ull << 29, "1.5 GiB"},
        {1ull << 40, "1 TiB"},
        {1ull << 50, "1 PiB"},
        {ULLONG_MAX, "16 EiB"},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++)
        assert_format(cases[i].text, "%pB", BTL_BYTES(cases[i].bytes));
    assert_format("[   4 KiB|4 KiB   ]", "[%8pB|%-8pB]", BTL_BYTES(4096), BTL_BYTES(4096));
}

// Modules built before kernel:1.3 say so; compilers do not know these letters.
TEST(test_letters_of_older_modules)
{
    static const char *volatile old = "[%S|%.2S|%B]";
    struct btl_str text = BTL_STR("abc");
    assert_format("[abc|ab|4 KiB]", old, &text, &text, 4096ul);
}

TEST(test_faulty_formats_do_no_harm)
{
    // Variables, since compilers check what is spelled out in a call.
    static const char *volatile unknown = "[%q]", *volatile no_letter = "[%";
    static const char *volatile no_letter_long = "[%-08l", *volatile wide =
                                                               "%99999999999999999999d";
    assert_format("[q]", unknown, 0);
    assert_format("[", no_letter, 0);
    assert_format("[", no_letter_long, 0);
    char width[5000];
    size_t len = btl_format_to(width, sizeof(width), wide, 1);
    assert_int_equal(len, 4096); // widths end there
}

TEST(test_buffer_is_cut_and_terminated)
{
    char buffer[8];
    memset(buffer, 'z', sizeof(buffer));
    assert_int_equal(btl_format_to(buffer, 4, "%s-%d", "abcdef", 12), 9);
    assert_memory_equal(buffer, "abc\0zzzz", 8);
    assert_int_equal(btl_format_to(buffer, 1, "xyz"), 3);
    assert_int_equal(buffer[0], '\0');
    assert_int_equal(btl_format_to(NULL, 0, "xyz %d", 5), 5);
    assert_int_equal(btl_format_to(buffer, 4, "abc"), 3);
    assert_string_equal(buffer, "abc");
}

TEST(test_sink_that_is_a_buffer)
{
    char at[6] = "?????";
    struct btl_buffer buffer = btl_buffer(at, sizeof(at)), moved;
    assert_string_equal(at, "");
    btl_format(&buffer.out, "%s", "abc");
    moved = buffer;
    btl_format(&moved.out, "%d", 45);
    assert_string_equal(at, "abc45");
    btl_format(&moved.out, "de");
    btl_format(&moved.out, "f");
    assert_string_equal(at, "abc45");
    assert_int_equal(moved.len, 8);
    assert_int_equal(btl_buffer_text(&moved).len, 5);
    assert_ptr_equal(btl_buffer_text(&moved).at, at);
}

TEST(test_buffer_without_room)
{
    struct btl_buffer buffer = btl_buffer(NULL, 0);
    btl_format(&buffer.out, "abc");
    assert_int_equal(buffer.len, 3);
    assert_int_equal(btl_buffer_text(&buffer).len, 0);
}

static void put_nowhere(struct btl_out *out, const char *text, size_t len)
{
    *(size_t *)out->owner += len;
}

TEST(test_column_counts_characters_since_the_newline)
{
    size_t bytes = 0;
    struct btl_out out = {.put = put_nowhere, .owner = &bytes};
    btl_format(&out, "abc");
    assert_int_equal(out.column, 3);
    btl_format(&out, "%s%d", "de", 10);
    assert_int_equal(out.column, 7);
    btl_format(&out, "x\n%-5s", "ab");
    assert_int_equal(out.column, 5);
    btl_format(&out, "\n\xc3\xa4\xe2\x80\xa6"); // two characters of UTF-8
    assert_int_equal(out.column, 2);
    assert_int_equal(bytes, 7 + 7 + 6);
}
