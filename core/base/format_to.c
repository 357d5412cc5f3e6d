// SPDX-License-Identifier: BSD-2-Clause
// Formatting into a buffer.
#include <btl/format.h>

#include <btl/mem.h>

static size_t fitted(const struct btl_buffer *buffer)
{
    return buffer->len < buffer->size ? buffer->len : buffer->size - (buffer->size > 0);
}

static void put_in_buffer(struct btl_out *out, const char *text, size_t len)
{
    struct btl_buffer *buffer = (struct btl_buffer *)out;
    size_t from = fitted(buffer);
    buffer->len += len;
    size_t end = fitted(buffer);
    if (end > from)
        memcpy(buffer->at + from, text, end - from);
    if (buffer->size > 0)
        buffer->at[end] = '\0';
}

struct btl_buffer btl_buffer(char *at, size_t size)
{
    if (size > 0)
        at[0] = '\0';
    return (struct btl_buffer){.out = {.put = put_in_buffer}, .at = at, .size = size};
}

struct btl_str btl_buffer_text(const struct btl_buffer *buffer)
{
    return (struct btl_str){buffer->at, fitted(buffer)};
}

size_t btl_vformat_to(char *buffer, size_t size, const char *format, va_list args)
{
    struct btl_buffer to = btl_buffer(buffer, size);
    btl_vformat(&to.out, format, args);
    return to.len;
}

size_t btl_format_to(char *buffer, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t len = btl_vformat_to(buffer, size, format, args);
    va_end(args);
    return len;
}
