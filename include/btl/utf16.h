// SPDX-License-Identifier: BSD-2-Clause
// UTF-8, as BTL keeps text, and UTF-16, as the firmware does.
#ifndef BTL_UTF16_H
#define BTL_UTF16_H

#include <btl/types.h>

#define BTL_UTF16_PATH_MAX 512 // UTF-16 units of a path, with its end

// `path` for the firmware's file system: '/' becomes '\', a missing root is added, runs of '/'
// become one. False when it is empty, is not UTF-8, holds a control character or '\', or is too
// long.
bool btl_path_to_utf16(struct btl_str path, uint16_t ret[static BTL_UTF16_PATH_MAX]);

bool btl_path_is_usable(struct btl_str path);

// Writes at most `size` bytes and returns the length; stops at a NUL. Unpaired surrogates become
// '?'. `text` need not be aligned.
size_t btl_utf16_to_utf8(const void *text, size_t units, char *to, size_t size);

// The name of a directory's entry, at most `units` with its NUL. False when there is no NUL, it is
// empty, `.` or `..`, is not UTF-16, does not fit, or holds a control character, '/' or '\': no
// path leads to it.
bool btl_utf16_name_to_utf8(const void *name, size_t units, char *to, size_t size, size_t *ret_len);

// The next characters of `text`, from *at on, for the firmware's console, at most `units`; moves
// *at behind them. What is no character of UTF-8, a control character other than \r and \n, or
// beyond 16 bits becomes '?'.
size_t btl_utf8_to_ucs2(struct btl_str text, size_t *at, uint16_t *to, size_t units);

#endif
