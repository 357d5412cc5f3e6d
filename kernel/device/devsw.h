// SPDX-License-Identifier: BSD-2-Clause
// The device switch: majors and their modules.
#ifndef KERNEL_DEVSW_H
#define KERNEL_DEVSW_H

#include "dlkm/types.h"

#include <btl/device.h>

extern const struct type_ops devsw_type;

// Read the majors in the metadata of a wsio_class module into module->wants_major. False: they are
// invalid, which has been reported.
bool majors_read(struct module *module, const struct btl_elf *elf, struct btl_diags *diags);
// Return the module that has a major, or BTL_NONE. Metadata of modules that are not loaded is read
// when necessary.
uint32_t devsw_owner(enum btl_device_kind kind, uint32_t major);
uint32_t devsw_open_count(enum btl_device_kind kind, uint32_t major);
const char *device_kind_name(enum btl_device_kind kind);

#endif
