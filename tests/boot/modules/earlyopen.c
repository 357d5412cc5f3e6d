// SPDX-License-Identifier: BSD-2-Clause
// Opens devices in BOOT2, before the disk with their drivers can be read.
#include <btl/device.h>
#include <btl/kernel.h>
#include <btl/module.h>

static int earlyopen_load(const struct btl_load_args *args)
{
    struct btl_device *device;

    kprintf("earlyopen: char 3: %d, char 5: %d\n", device_open(BTL_DEVICE_CHAR, 3, 0, &device),
            device_open(BTL_DEVICE_CHAR, 5, 0, &device));
    return 0;
}

BTL_MODULE("earlyopen", .load = earlyopen_load);
BTL_PHASES("BOOT2");
BTL_NEEDS("kernel:1.1");
