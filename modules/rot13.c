// SPDX-License-Identifier: BSD-2-Clause
// A streams module: rotate letters by 13, down and up. Two rotations cancel: a reader gets what was
// written, and the element below sees rotated letters.
#include <btl/module.h>
#include <btl/stream.h>

static uint8_t rot13_letter(uint8_t c)
{
    uint8_t small = c | 0x20, letter = small - 'a';
    if (small < 'a' || small > 'z')
        return c;
    return letter < 13 ? c + 13 : c - 13;
}

static void rot13_message(struct btl_message *message)
{
    for (size_t i = 0; i < message->size; i++)
        message->data[i] = rot13_letter(message->data[i]);
}

static int rot13_down(struct btl_queue *queue, struct btl_message *message)
{
    rot13_message(message);
    return stream_put_down(queue, message);
}

static int rot13_up(struct btl_queue *queue, struct btl_message *message)
{
    rot13_message(message);
    return stream_put_up(queue, message);
}

static int rot13_load(const struct btl_load_args *args)
{
    return 0;
}

static int rot13_unload(void)
{
    return 0;
}

static const struct btl_stream_element rot13 = {.down = rot13_down, .up = rot13_up};

BTL_MODULE("rot13", .load = rot13_load, .unload = rot13_unload, .type_data = &rot13);
BTL_VERSION("1.0");
BTL_DESCRIPTION("streams module: rotates letters by 13");
BTL_LICENSE("BSD-2-Clause");
BTL_TYPE("streams_mod");
BTL_NEEDS("kernel:1.1");
