// SPDX-License-Identifier: BSD-2-Clause
// A driver that supports BOOT2 and is configured for a later phase.
#include <btl/device.h>
#include <btl/module.h>

static int latedriver_load(const struct btl_load_args *args)
{
    return 0;
}

static int latedriver_unload(void)
{
    return 0;
}

static const struct btl_device_class latedriver_class;

BTL_MODULE("latedriver", .load = latedriver_load, .unload = latedriver_unload,
           .type_data = &latedriver_class);
BTL_TYPE("wsio_class");
BTL_MAJORS("char:5");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.1");
