// SPDX-License-Identifier: BSD-2-Clause
// Text as a pointer and a length: comparing, cutting into pieces, reading numbers.
#ifndef BTL_STR_H
#define BTL_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <btl/assert.h>

// A small function on a hot path: inlined by compilers that optimise little as well.
#define BTL_INLINE static inline __attribute__((always_inline))

// Borrowed text: not NUL-terminated, may hold any byte.
struct btl_str {
    const char *at;
    size_t len; // bytes
};

#define BTL_STR(literal) ((struct btl_str){(literal), sizeof(literal) - 1})

struct btl_str btl_str_of(const char *nul_terminated);

bool btl_str_equal(struct btl_str a, struct btl_str b);
bool btl_str_equal_nocase(struct btl_str a, struct btl_str b); // of ASCII letters
// Negative, 0 or positive, as memcmp; a prefix sorts first.
int btl_str_compare(struct btl_str a, struct btl_str b);
bool btl_str_begins(struct btl_str text, struct btl_str prefix);
bool btl_str_ends(struct btl_str text, struct btl_str suffix);
// The index of the first or the last `c`; text.len when there is none.
BTL_INLINE size_t btl_str_find(struct btl_str text, char c)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == c)
            return i;
    }
    return text.len;
}
size_t btl_str_find_last(struct btl_str text, char c);

// The text, or its first `max` bytes.
BTL_INLINE struct btl_str btl_str_first(struct btl_str text, size_t max)
{
    return (struct btl_str){text.at, text.len < max ? text.len : max};
}
// The text without its first `count` bytes; it has that many.
BTL_INLINE struct btl_str btl_str_after(struct btl_str text, size_t count)
{
    BTL_ASSERT(count <= text.len);
    return (struct btl_str){text.at + count, text.len - count};
}
// The text without its last `count` bytes; it has that many.
BTL_INLINE struct btl_str btl_str_without_last(struct btl_str text, size_t count)
{
    BTL_ASSERT(count <= text.len);
    return (struct btl_str){text.at, text.len - count};
}

// Split at the first `separator`. False: there is none.
bool btl_str_split(struct btl_str text, char separator, struct btl_str *ret_before,
                   struct btl_str *ret_after);
// Cut the next piece off *rest. False: *rest is at its end. A line comes without its "\n"; the
// parts of a list, of a path for example, are what stands between separators, empty ones skipped;
// names are separated by blanks, tabs and commas.
bool btl_take_line(struct btl_str *rest, struct btl_str *ret_line);
bool btl_take_part(struct btl_str *rest, char separator, struct btl_str *ret_part);
bool btl_take_name(struct btl_str *rest, struct btl_str *ret_name);

// Parse a decimal number. False: other characters than digits, or none. A number that does not fit
// is UINT64_MAX.
bool btl_parse_number(struct btl_str text, uint64_t *ret_number);

// What follows the last '/' of a path.
struct btl_str btl_base_name(struct btl_str path);
// A directory without the slashes at its end; "/" becomes "", to which "/NAME" can be appended.
struct btl_str btl_directory_prefix(struct btl_str directory);

BTL_INLINE char btl_lower(char c) // of ASCII letters
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}
BTL_INLINE bool btl_is_digit(char c)
{
    return c >= '0' && c <= '9';
}
// May `c` stand in the name of a module? A-Z a-z 0-9 _ -
BTL_INLINE bool btl_is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || btl_is_digit(c) || c == '_' ||
           c == '-';
}

// 64-bit hash of `text`. `seed` keeps hostile names from choosing their bucket.
uint64_t btl_hash(struct btl_str text, uint64_t seed);

// May this be the path of a file in loader.conf, or of a configuration? From '/' on, without "..",
// '\' and control characters, at most BTL_PATH_MAX bytes.
#define BTL_PATH_MAX 255 // what FAT can name, drive letter and NUL apart
bool btl_is_path(struct btl_str path);

// The known word nearest to `word` by edit distance, for "did you mean"; empty when none is near.
// Cost: |word| * |known| per known word, words longer than 64 are not compared.
struct btl_str btl_nearest(struct btl_str word, const struct btl_str *known, size_t count);

#endif
