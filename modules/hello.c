// SPDX-License-Identifier: BSD-2-Clause
// A small module with flags, a tunable, an export and a monitor command.
#include <btl/module.h>

#include "hello.h"

#define TUNABLES(x) BTL_TUNABLE_STRING(x, greeting, 64, "hello, world", "what it says")
BTL_TUNABLE_LIST(TUNABLES);

int hello_count;

static void hello_greet(int argc, char **argv)
{
    hello_count++;
    kprintf("%s\n", greeting);
}

static int hello_load(const struct btl_load_args *args)
{
    hello_count++;
    kprintf("%s: %s, flags \"%s\"\n", args->name, greeting, args->flags);
    return monitor_add("hello", "greets", hello_greet);
}

static int hello_unload(void)
{
    monitor_remove("hello");
    return 0;
}

BTL_MODULE("hello", .load = hello_load, .unload = hello_unload, BTL_TUNABLES(btl_tunables));
BTL_VERSION("1.0");
BTL_DESCRIPTION("says hello");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
BTL_PROVIDES("hello:1.0");
BTL_EXPORT(hello_count);
