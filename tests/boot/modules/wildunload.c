// SPDX-License-Identifier: BSD-2-Clause
// The unload function that its wrapper names is a variable.
#include <btl/module.h>

static int64_t depth = 8;

static int wildunload_load(const struct btl_load_args *args)
{
    return 0;
}

BTL_MODULE("wildunload", .load = wildunload_load, .unload = (int (*)(void))(void *)&depth);
BTL_VERSION("1.0");
BTL_DESCRIPTION("its wrapper leads out of its code");
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
