// SPDX-License-Identifier: BSD-2-Clause
// Conversion between UTF-8 (BTL) and UTF-16 (the firmware).
#ifndef BTL_UTF16_H
#define BTL_UTF16_H

#include <btl/types.h>

BTL_BEGIN_DECLS

#define BTL_UTF16_PATH_MAX 512 // UTF-16 units of a path with its NUL

// Convert a path for the firmware's file system: '/' becomes '\', a missing root is added, runs of
// '/' become one. False: empty, not UTF-8, too long, or with a control character or '\'.
bool btl_path_to_utf16(struct btl_str path, uint16_t ret_units[BTL_AT_LEAST(BTL_UTF16_PATH_MAX)]);

bool btl_path_is_usable(struct btl_str path);

// Write at most `size` bytes, up to a NUL. Return the length. Unpaired surrogates become U+FFFD.
// `text` need not be aligned.
size_t btl_utf16_to_utf8(const void *text, size_t units, char *to, size_t size);

// Convert the name of a directory entry, at most `units` with its NUL. False if no path can lead to
// it: no NUL, empty, `.` or `..`, not UTF-16, too long, or with U+FFFD, a control character, '/' or
// '\'.
bool btl_utf16_name_to_utf8(const void *name, size_t units, char *to, size_t size, size_t *ret_len);

// Convert at most `units` characters of `text` from *index on for the firmware's console, and
// advance *index. Invalid UTF-8, control characters except \r and \n, and characters above 16 bits
// become '?'.
size_t btl_utf8_to_ucs2(struct btl_str text, size_t *index, uint16_t *to, size_t units);

BTL_END_DECLS

#endif
