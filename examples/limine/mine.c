// SPDX-License-Identifier: BSD-2-Clause
// A module to start from: rename the file, and the name in it, in Makefile and in loader.conf.
#include <btl/module.h>

// A tunable: mine.repeat="3" in loader.conf.
#define TUNABLES(x) BTL_TUNABLE_INT(x, repeat, 1, 1, 10, "how often it says so")
BTL_TUNABLE_LIST(TUNABLES);

// 0, or an error of btl/kernel.h after undoing what was done.
static int mine_load(const struct btl_load_args *args)
{
    for (int64_t i = 0; i < repeat; i++)
        kprintf("%s: here, with flags \"%s\"\n", args->name, args->flags);
    return 0;
}

BTL_MODULE("mine", .load = mine_load, BTL_TUNABLES(btl_tunables));
BTL_VERSION("1.0");
BTL_DESCRIPTION("a module to start from");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT1");
BTL_NEEDS("kernel:1.0");
