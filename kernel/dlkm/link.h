// SPDX-License-Identifier: BSD-2-Clause
// The interface between link.c and exports.c.
#ifndef KERNEL_DLKM_LINK_H
#define KERNEL_DLKM_LINK_H

#include "dlkm/dlkm.h"

// What core's linker asks of this kernel (link.c).
extern const struct btl_linker_ops image_ops;
// The one linker; it has no exports before exports_init().
struct btl_linker *exports_linker(void);
// Move the names of exports from index `first` on to `buf`; return the byte after them.
char *exports_move_names(uint32_t first, char *buf);

#endif
