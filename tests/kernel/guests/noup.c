// SPDX-License-Identifier: BSD-2-Clause
// A streams module without the function for messages going up.
#include "guest.h"

#include <btl/stream.h>

static int on_down(struct btl_queue *queue, struct btl_message *message)
{
    return 0;
}

static const struct btl_stream_element element = {.down = on_down};

BTL_MODULE("noup", .load = guest_load, .unload = guest_unload, .type_data = &element);
BTL_TYPE("streams_mod");
