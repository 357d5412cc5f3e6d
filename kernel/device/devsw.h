// SPDX-License-Identifier: BSD-2-Clause
// The device switch: which module has which major.
#ifndef KERNEL_DEVSW_H
#define KERNEL_DEVSW_H

#include "dlkm/types.h"

#include <btl/device.h>

extern const struct type_ops devsw_type;

// What the metadata of a wsio_class module says about its majors, into module->wants. False: it
// cannot be understood, which is reported.
bool majors_read(struct module *module, const struct btl_elf *elf, struct btl_diags *diags);
// The module that has a major, or BTL_NONE. Metadata of modules that are not loaded is read when it
// has to be.
uint32_t devsw_owner(enum btl_device_kind kind, uint32_t major);
uint32_t devsw_open_count(enum btl_device_kind kind, uint32_t major);
const char *device_kind_name(enum btl_device_kind kind);

#endif
