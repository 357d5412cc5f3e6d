// SPDX-License-Identifier: BSD-2-Clause
// A streams driver that sends every message back up.
#include "guest.h"

#include <btl/stream.h>

static int on_open(struct btl_queue *queue)
{
    return host.event("open");
}
static void on_close(struct btl_queue *queue)
{
    host.event("close");
}
static int on_down(struct btl_queue *queue, struct btl_message *message)
{
    return host.put_up(queue, message);
}

static const struct btl_stream_element element = {
    .open = on_open, .close = on_close, .down = on_down};

BTL_MODULE("bottom", .load = guest_load, .unload = guest_unload, .type_data = &element);
BTL_TYPE("streams_drv");
