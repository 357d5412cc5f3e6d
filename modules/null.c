// SPDX-License-Identifier: BSD-2-Clause
// The null device: discards what is written, and has nothing to read. A minimal wsio_class module.
#include <btl/device.h>
#include <btl/module.h>

static uint64_t swallowed; // bytes

static int64_t null_read(uint32_t minor, void *buffer, size_t size, uint64_t offset)
{
    return 0;
}

static int64_t null_write(uint32_t minor, const void *buffer, size_t size, uint64_t offset)
{
    swallowed += size;
    return (int64_t)size;
}

// Request 0: return the number of discarded bytes in a uint64_t.
static int null_ioctl(uint32_t minor, uint32_t request, void *argument)
{
    if (request != 0 || argument == NULL)
        return BTL_EINVAL;
    memcpy(argument, &swallowed, sizeof(swallowed));
    return 0;
}

static int null_load(const struct btl_load_args *args)
{
    swallowed = 0;
    return 0;
}

static int null_unload(void)
{
    return 0;
}

static const struct btl_device_class null_class = {
    .read = null_read, .write = null_write, .ioctl = null_ioctl};

BTL_MODULE("null", .load = null_load, .unload = null_unload, .type_data = &null_class);
BTL_VERSION("1.0");
BTL_DESCRIPTION("character device that swallows what is written");
BTL_LICENSE("BSD-2-Clause");
BTL_TYPE("wsio_class");
BTL_MAJORS("char:3");
BTL_NEEDS("kernel:1.1");
