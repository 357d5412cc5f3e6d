// SPDX-License-Identifier: BSD-2-Clause
// The device switch: majors and their modules.
#ifndef KERNEL_DEVSW_H
#define KERNEL_DEVSW_H

#include "dlkm/types.h"

#include <btl/device.h>

extern const struct type_ops devsw_type;

// Return the registered module that has a major, or BTL_NONE.
uint32_t devsw_owner(enum btl_device_kind kind, uint32_t major);
uint32_t devsw_open_count(enum btl_device_kind kind, uint32_t major);

#endif
