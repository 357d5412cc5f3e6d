// SPDX-License-Identifier: BSD-2-Clause
// The interface between link.c and exports.c.
#ifndef KERNEL_DLKM_LINK_H
#define KERNEL_DLKM_LINK_H

#include "dlkm/dlkm.h"

// Return the scope in which a module is linked. It is valid until the next call.
struct btl_scope exports_scope(const struct module *module);
bool exports_add(const struct module *module, const struct btl_image *image,
                 const struct btl_modinfo *info, struct btl_diags *diags);
// Move the names of exports from index `first` on to `buf`; return the byte after them.
char *exports_move_names(uint32_t first, char *buf);
void exports_remove(const struct module *module);

#endif
