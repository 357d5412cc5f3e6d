// SPDX-License-Identifier: BSD-2-Clause
#include "guest.h"

#include <btl/device.h>

static const struct btl_device_class class;

BTL_MODULE("badmajors", .load = guest_load, .unload = guest_unload, .type_data = &class);
BTL_TYPE("wsio_class");
BTL_MAJORS("char:256");
