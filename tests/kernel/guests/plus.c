// SPDX-License-Identifier: BSD-2-Clause
// A streams module: adds 1 to each byte on its way down, doubles it on its way up.
#include "guest.h"

#include <btl/stream.h>

static int on_down(struct btl_queue *queue, struct btl_message *message)
{
    for (size_t i = 0; i < message->size; i++)
        message->data[i]++;
    return host.put_down(queue, message);
}
static int on_up(struct btl_queue *queue, struct btl_message *message)
{
    for (size_t i = 0; i < message->size; i++)
        message->data[i] *= 2;
    return host.put_up(queue, message);
}

static const struct btl_stream_element element = {.down = on_down, .up = on_up};

BTL_MODULE("plus", .load = guest_load, .unload = guest_unload, .type_data = &element);
BTL_TYPE("streams_mod");
