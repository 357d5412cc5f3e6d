// SPDX-License-Identifier: BSD-2-Clause
// Text output for programs without libc: a sink, and a small printf on it.
#ifndef BTL_FORMAT_H
#define BTL_FORMAT_H

#include <stdarg.h>

#include <btl/types.h>

// Where text goes. `put` gets whole pieces, not NUL-terminated; it cannot fail.
struct btl_out {
    void (*put)(struct btl_out *out, const char *text, size_t len);
    void *owner;
    size_t column; // characters since the last newline; kept by btl_format
};

// Understands  %c  %s (char *, NULL prints "(null)")  %S (struct btl_str *, i.e. a pointer)
// %d %u %x %X  with  l (long), ll (long long), z (size_t);  %p (0x and 16 digits)  %%
// flags: '-' left-justify, '0' zero-pad; width and precision as digits or '*'; a precision cuts %s
// and %S. `%B` takes a uint64_t (as unsigned long long) and prints a size a person can read: "4 KiB".
void btl_format(struct btl_out *out, const char *format, ...) __attribute__((nonnull(1, 2)));
void btl_vformat(struct btl_out *out, const char *format, va_list args);

// Formats into buffer[size], always NUL-terminated when size > 0. Returns the length the whole text
// would have, as snprintf does.
size_t btl_format_to(char *buffer, size_t size, const char *format, ...);
size_t btl_vformat_to(char *buffer, size_t size, const char *format, va_list args);

#endif
