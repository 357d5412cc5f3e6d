// SPDX-License-Identifier: BSD-2-Clause
// A driver with the major of latedriver.
#include <btl/device.h>
#include <btl/module.h>

static int samemajor_load(const struct btl_load_args *args)
{
    return 0;
}

static int samemajor_unload(void)
{
    return 0;
}

static const struct btl_device_class samemajor_class;

BTL_MODULE("samemajor", .load = samemajor_load, .unload = samemajor_unload,
           .type_data = &samemajor_class);
BTL_TYPE("wsio_class");
BTL_MAJORS("char:5");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.1");
