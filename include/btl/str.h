// SPDX-License-Identifier: BSD-2-Clause
// Text as a pointer and a length: compare, split, parse numbers.
#ifndef BTL_STR_H
#define BTL_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <btl/assert.h>
#include <btl/cdefs.h>

BTL_BEGIN_DECLS

// A small function on a hot path, which compilers inline even at low optimisation.
#define BTL_INLINE static inline __attribute__((always_inline))

// Borrowed text, without a NUL; may contain any byte.
struct btl_str {
    const char *at;
    size_t len; // bytes
};

#define BTL_STR(literal) ((struct btl_str){(literal), sizeof(literal) - 1})

struct btl_str btl_str_of(const char *nul_terminated);

bool btl_str_equal(struct btl_str a, struct btl_str b);
bool btl_str_equal_nocase(struct btl_str a, struct btl_str b); // of ASCII letters
// Return a negative number, 0 or a positive one, like memcmp; a prefix is smaller.
int btl_str_compare(struct btl_str a, struct btl_str b);
bool btl_str_begins(struct btl_str text, struct btl_str prefix);
bool btl_str_ends(struct btl_str text, struct btl_str suffix);
// Return the index of the first or the last `c`; text.len: there is none.
size_t btl_str_find(struct btl_str text, char c);
size_t btl_str_find_last(struct btl_str text, char c);
// Return how many characters at the start of the text are printable ASCII.
size_t btl_str_printable(struct btl_str text);

// Return at most the first `max` bytes of the text.
BTL_INLINE struct btl_str btl_str_first(struct btl_str text, size_t max)
{
    struct btl_str first = {text.at, text.len < max ? text.len : max};
    return first;
}
// Return the text without its first `count` bytes, which must exist.
BTL_INLINE struct btl_str btl_str_after(struct btl_str text, size_t count)
{
    BTL_ASSERT(count <= text.len);
    struct btl_str rest = {text.at + count, text.len - count};
    return rest;
}
// Return the text without its last `count` bytes, which must exist.
BTL_INLINE struct btl_str btl_str_without_last(struct btl_str text, size_t count)
{
    BTL_ASSERT(count <= text.len);
    struct btl_str rest = {text.at, text.len - count};
    return rest;
}

// Split at the first `separator`. False: there is none.
bool btl_str_split(struct btl_str text, char separator, struct btl_str *ret_before,
                   struct btl_str *ret_after);
// Remove the next piece from *rest. False: *rest is empty. A line has no "\n". A part is a
// non-empty text between separators, as in a path. Names are separated by blanks, tabs and commas.
bool btl_take_line(struct btl_str *rest, struct btl_str *ret_line);
bool btl_take_part(struct btl_str *rest, char separator, struct btl_str *ret_part);
bool btl_take_name(struct btl_str *rest, struct btl_str *ret_name);

// Parse a decimal number. False: other characters than digits, or no digit. A number that is too
// large gives UINT64_MAX.
bool btl_parse_number(struct btl_str text, uint64_t *ret_number);
// Parse a number of bytes: a number, and perhaps one of the letters K M G T behind it. False: it
// has another form. A size that is too large gives UINT64_MAX.
bool btl_parse_size(struct btl_str text, uint64_t *ret_size);

// Return the part of a path after the last '/'.
struct btl_str btl_base_name(struct btl_str path);
// Return a directory without the slashes at its end; "/" becomes "". "/NAME" can be appended.
struct btl_str btl_directory_prefix(struct btl_str directory);

BTL_INLINE char btl_lower(char c) // of ASCII letters
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}
BTL_INLINE bool btl_is_digit(char c)
{
    return c >= '0' && c <= '9';
}
// Is `c` allowed in the name of a module? A-Z a-z 0-9 _ -
BTL_INLINE bool btl_is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || btl_is_digit(c) || c == '_' ||
           c == '-';
}

// Return a 64-bit hash of `text`. With a random `seed`, hostile names cannot choose their slots.
uint64_t btl_hash(struct btl_str text, uint64_t seed);

// Can this be the path of a file in loader.conf, or of a configuration? It begins with '/', has no
// "..", '\' or control character, and at most BTL_PATH_MAX bytes.
#define BTL_PATH_MAX 255 // limit of FAT, without drive letter and NUL
bool btl_is_path(struct btl_str path);

// Return the known word nearest to `word` by edit distance, for "did you mean"; empty: none is
// near. Cost: |word| * |known| for each known word; words longer than 64 bytes are not compared.
struct btl_str btl_nearest(struct btl_str word, const struct btl_str *known, size_t count);

BTL_END_DECLS

#endif
