// SPDX-License-Identifier: BSD-2-Clause
#include "print.h"

#include <btl/kernel.h>

static void put(struct btl_out *out, const char *text, size_t len)
{
    // `out` is the first member, so that the buffer may be returned by value.
    struct text_buffer *buffer = (struct text_buffer *)out;
    size_t room = buffer->size - 1 - buffer->len;

    if (len > room)
        len = room;
    memcpy(buffer->at + buffer->len, text, len);
    buffer->len += len;
    buffer->at[buffer->len] = '\0';
}

struct text_buffer text_buffer(char *buffer, size_t size)
{
    buffer[0] = '\0';
    return (struct text_buffer){.out = {.put = put}, .at = buffer, .size = size};
}
