// SPDX-License-Identifier: BSD-2-Clause
// A driver of the shop (shop.h), with a fixed major.
#include "guest.h"

#include <btl/device.h>

static const struct btl_device_class class;

BTL_MODULE("name", .load = guest_load, .unload = guest_unload, .type_data = &class);
BTL_VERSION("1.0");
BTL_DEPENDS("dep0,dep1");
BTL_NEEDS("need:1.0");
BTL_PROVIDES("give:1.0");
BTL_TYPE("wsio_class");
BTL_MAJORS("char:3");
