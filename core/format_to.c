// SPDX-License-Identifier: BSD-2-Clause
// Formatting into a buffer.
#include <btl/format.h>

#include "mem.h"

struct buffer_out {
    struct btl_out out;
    char *buffer;
    size_t size, len;
};

static void put_in_buffer(struct btl_out *out, const char *text, size_t len)
{
    struct buffer_out *buffer = out->owner;
    if (buffer->len < buffer->size) {
        size_t room = buffer->size - buffer->len;
        memcpy(buffer->buffer + buffer->len, text, len < room ? len : room);
    }
    buffer->len += len;
}

size_t btl_vformat_to(char *buffer, size_t size, const char *format, va_list args)
{
    struct buffer_out to = {.buffer = buffer, .size = size};
    to.out = (struct btl_out){.put = put_in_buffer, .owner = &to};
    btl_vformat(&to.out, format, args);
    if (size > 0)
        buffer[to.len < size ? to.len : size - 1] = '\0';
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
