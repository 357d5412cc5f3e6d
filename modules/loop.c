// SPDX-License-Identifier: BSD-2-Clause
// A streams driver that sends back every message and prints it, so the console shows what the
// modules above did to it.
#include <btl/module.h>
#include <btl/stream.h>

#define TUNABLES(x) BTL_TUNABLE_BOOL_RUNTIME(x, loud, true, loud_changed, "says what comes down")
BTL_TUNABLE_LIST(TUNABLES);

static int loud_changed(const struct btl_tunable *tunable, const void *value)
{
    return 0;
}

static int loop_down(struct btl_queue *queue, struct btl_message *message)
{
    if (loud)
        kprintf("loop: \"%.*s\"\n", (int)message->size, (const char *)message->data);
    return stream_put_up(queue, message);
}

static int loop_load(const struct btl_load_args *args)
{
    return 0;
}

static int loop_unload(void)
{
    return 0;
}

static const struct btl_stream_element loop_driver = {.down = loop_down};

BTL_MODULE("loop", .load = loop_load, .unload = loop_unload, .type_data = &loop_driver,
           BTL_TUNABLES(btl_tunables));
BTL_VERSION("1.0");
BTL_DESCRIPTION("streams driver that sends everything back");
BTL_LICENSE("BSD-2-Clause");
BTL_TYPE("streams_drv");
BTL_NEEDS("kernel:1.1");
