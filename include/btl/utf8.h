// SPDX-License-Identifier: BSD-2-Clause
// UTF-8 and UTF-16, one character at a time (Unicode 15, chapter 3.9).
#ifndef BTL_UTF8_H
#define BTL_UTF8_H

#include <btl/types.h>

BTL_BEGIN_DECLS

#define BTL_UTF8_MAX         4 // bytes of a character
#define BTL_UTF8_BAD         UINT32_MAX
#define BTL_UTF8_REPLACEMENT 0xfffdu

// Is `c` a byte inside a character, after its first one?
BTL_INLINE bool btl_utf8_continues(char c)
{
    return ((uint8_t)c & 0xc0) == 0x80;
}
// Return the bytes of a character that begins with `first`; 1: no character does.
BTL_INLINE size_t btl_utf8_length(char first)
{
    uint8_t byte = (uint8_t)first;
    return byte < 0xc2 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 1;
}
// Return the number of characters of a well-formed text.
size_t btl_utf8_count(struct btl_str text);

// Return the character at text.at[*index], and move *index past it. BTL_UTF8_BAD, with *index
// unchanged: no well-formed character begins here, or the text ends.
uint32_t btl_utf8_next(struct btl_str text, size_t *index);
// Write one character; return its bytes. A number that is no character becomes '?'.
// Return the last part of a text that has at most `max` bytes: whole lines, or the end of the last
// line, from the beginning of a character.
struct btl_str btl_utf8_last_lines(struct btl_str text, size_t max);
size_t btl_utf8_put(uint32_t point, char to[BTL_AT_LEAST(BTL_UTF8_MAX)]);
// Is the character printable? False for characters that control a terminal or change the direction
// of the text: controls, marks of direction, separators of lines.
bool btl_utf8_shown(uint32_t point);

// Return the character at unit *index of `count` units, which may be unaligned, and move *index
// past it. A surrogate without its other half is BTL_UTF8_REPLACEMENT.
uint32_t btl_utf16_next(const void *units, size_t count, size_t *index);
// Write one valid character; return its units, 1 or 2.
size_t btl_utf16_put(uint32_t point, uint16_t to[BTL_AT_LEAST(2)]);
BTL_INLINE bool btl_utf16_is_surrogate(uint32_t unit)
{
    return unit >= 0xd800 && unit < 0xe000;
}

BTL_END_DECLS

#endif
