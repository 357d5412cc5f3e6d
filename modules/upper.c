// SPDX-License-Identifier: BSD-2-Clause
// A streams module: convert letters to capitals on the way down; pass up unchanged.
#include <btl/module.h>
#include <btl/stream.h>

static int upper_down(struct btl_queue *queue, struct btl_message *message)
{
    for (size_t i = 0; i < message->size; i++)
        if (message->data[i] >= 'a' && message->data[i] <= 'z')
            message->data[i] -= 'a' - 'A';
    return stream_put_down(queue, message);
}

static int upper_load(const struct btl_load_args *args)
{
    return 0;
}

static int upper_unload(void)
{
    return 0;
}

static int upper_up(struct btl_queue *queue, struct btl_message *message)
{
    return stream_put_up(queue, message);
}

static const struct btl_stream_element upper = {.down = upper_down, .up = upper_up};

BTL_MODULE("upper", .load = upper_load, .unload = upper_unload, .type_data = &upper);
BTL_VERSION("1.0");
BTL_DESCRIPTION("streams module: capitals");
BTL_LICENSE("BSD-2-Clause");
BTL_TYPE("streams_mod");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.1");
