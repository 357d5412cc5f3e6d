// SPDX-License-Identifier: BSD-2-Clause
// Its load function fails; it has undone its monitor command.
#include <btl/module.h>

static void command(int argc, char **argv)
{
}

static int fails_load(const struct btl_load_args *args)
{
    if (monitor_add("fails", "must not be there", command) == 0)
        monitor_remove("fails");
    return BTL_EIO;
}

BTL_MODULE("fails", .load = fails_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
