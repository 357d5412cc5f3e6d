// SPDX-License-Identifier: BSD-2-Clause
// A driver type that claims to support BOOT1: only `misc` can be registered that early.
#include <btl/device.h>
#include <btl/module.h>

static int earlydriver_load(const struct btl_load_args *args)
{
    return 0;
}

BTL_MODULE("earlydriver", .load = earlydriver_load);
BTL_TYPE("wsio_class");
BTL_MAJORS("char:-1");
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
