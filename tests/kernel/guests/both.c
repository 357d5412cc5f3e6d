// SPDX-License-Identifier: BSD-2-Clause
#include "guest.h"

#include <btl/device.h>

static const struct btl_device_class class;

BTL_MODULE("both", .load = guest_load, .unload = guest_unload, .type_data = &class);
BTL_TYPE("wsio_class");
BTL_MAJORS("block:-1,char:-1");
