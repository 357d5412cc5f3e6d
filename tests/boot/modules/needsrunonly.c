// SPDX-License-Identifier: BSD-2-Clause
// Supports BOOT1, but depends on a module that does not.
#include <btl/module.h>

static int needsrunonly_load(const struct btl_load_args *args)
{
    return 0;
}

BTL_MODULE("needsrunonly", .load = needsrunonly_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
BTL_DEPENDS("runonly");
