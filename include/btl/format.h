// SPDX-License-Identifier: BSD-2-Clause
// Text output for programs without libc: a sink, and a small printf on it.
#ifndef BTL_FORMAT_H
#define BTL_FORMAT_H

#include <stdarg.h>

#include <btl/types.h>

BTL_BEGIN_DECLS

// A sink of text. `put` gets pieces without a NUL, and cannot fail.
struct btl_out {
    void (*put)(struct btl_out *out, const char *text, size_t len);
    void *owner;
    size_t column; // characters since the last newline; set by btl_format
};

// Conversions, a subset of C11 section 7.21.6.1:
//   %c  %s (NULL prints "(null)")  %d %u %x %X with l, ll or z  %p (0x and 16 digits)  %%
//   flags: '-' left-justifies, '0' pads with zeros; width and precision are digits or '*'
//   a precision cuts %s
// Extensions follow %p, as in Linux, so that compilers check every call:
//   %pS  const struct btl_str *, NULL prints "(null)"
//   %pC  the same, cut to the width: a cell of a table
//   %pB  const uint64_t *, a number of bytes for a reader: "4 KiB" (BTL_BYTES makes the pointer)
#define BTL_BYTES(number) (&(const uint64_t){(number)})

void btl_format(struct btl_out *out, const char *format, ...) __attribute__((nonnull(1, 2)))
BTL_PRINTF(2, 3);
void btl_vformat(struct btl_out *out, const char *format, va_list args) BTL_PRINTF(2, 0);

// Put at most `max` bytes of `text`, then "..." for the rest. Bytes that are not printable ASCII
// become \xNN, so that a hostile name cannot control the terminal.
void btl_put_escaped(struct btl_out *out, struct btl_str text, size_t max);
// Return the number of characters that btl_put_escaped() puts.
size_t btl_escaped_width(struct btl_str text, size_t max);

// A sink in the caller's memory, at[size]. The text ends with a NUL if size > 0. A text that is too
// long is cut off.
struct btl_buffer {
    struct btl_out out; // the first member, so that the buffer can be copied
    char *at;
    size_t size;
    size_t len; // of the whole text, even if it was cut off
};
struct btl_buffer btl_buffer(char *at, size_t size);
struct btl_str btl_buffer_text(const struct btl_buffer *buffer); // the text up to the cut

// Format into buffer[size], with a NUL if size > 0. Return the length of the whole text, like
// snprintf.
size_t btl_format_to(char *buffer, size_t size, const char *format, ...) BTL_PRINTF(3, 4);
size_t btl_vformat_to(char *buffer, size_t size, const char *format, va_list args) BTL_PRINTF(3, 0);

BTL_END_DECLS

#endif
