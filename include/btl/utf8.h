// SPDX-License-Identifier: BSD-2-Clause
// UTF-8, one character at a time (Unicode 15, table 3-7).
#ifndef BTL_UTF8_H
#define BTL_UTF8_H

#include <btl/types.h>

#define BTL_UTF8_MAX 4 // bytes of a character
#define BTL_UTF8_BAD UINT32_MAX

// The character at text.at[*at], *at moved behind it. BTL_UTF8_BAD, and *at as it was, when there
// is no well-formed one, or the text ends.
uint32_t btl_utf8_next(struct btl_str text, size_t *at);
// Writes one; returns its bytes. What is no character becomes '?'.
size_t btl_utf8_put(uint32_t point, char to[static BTL_UTF8_MAX]);
// Is it something to see? Not what drives a terminal, or turns the text around it: controls, marks
// of direction, separators of lines.
bool btl_utf8_shown(uint32_t point);

#endif
