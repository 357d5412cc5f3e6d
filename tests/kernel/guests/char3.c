// SPDX-License-Identifier: BSD-2-Clause
#include "guest.h"

#include <btl/device.h>

static int on_open(uint32_t minor)
{
    return minor == 9 ? BTL_ENODEV : host.event("open");
}
static int on_close(uint32_t minor)
{
    return host.event("close");
}
static int64_t on_read(uint32_t minor, void *buffer, size_t size, uint64_t offset)
{
    *(char *)buffer = (char)('a' + minor + offset);
    return 1;
}

static const struct btl_device_class class = {.open = on_open, .close = on_close, .read = on_read};

BTL_MODULE("char3", .load = guest_load, .unload = guest_unload, .type_data = &class);
BTL_TYPE("wsio_class");
BTL_MAJORS("char:3");
