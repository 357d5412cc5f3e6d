// SPDX-License-Identifier: BSD-2-Clause
// Between link.c and exports.c.
#ifndef KERNEL_DLKM_LINK_H
#define KERNEL_DLKM_LINK_H

#include "dlkm/dlkm.h"

// The scope in which a module is linked. One at a time.
struct btl_scope exports_scope(const struct module *module);
bool exports_add(const struct module *module, const struct btl_image *image,
                 const struct btl_modinfo *info, struct btl_diags *diags);
// Moves the names of exports from index `first` on to `at`; returns the byte behind them.
char *exports_move_names(uint32_t first, char *at);
void exports_remove(const struct module *module);

#endif
