// SPDX-License-Identifier: BSD-2-Clause
// Depends on a module that fails.
#include <btl/module.h>

static int needsfails_load(const struct btl_load_args *args)
{
    kprintf("needsfails: must not be loaded\n");
    return 0;
}

BTL_MODULE("needsfails", .load = needsfails_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
BTL_DEPENDS("fails");
