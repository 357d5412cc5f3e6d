// SPDX-License-Identifier: BSD-2-Clause
// Drivers of devices on a bus.
#ifndef KERNEL_INTFC_H
#define KERNEL_INTFC_H

#include "dlkm/types.h"

#include <btl/intfc.h>

extern const struct type_ops intfc_type;
// Return the number of devices that a wsio_intfc module is attached to.
uint32_t intfc_count(const struct module *module);

#endif
