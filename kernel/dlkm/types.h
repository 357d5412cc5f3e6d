// SPDX-License-Identifier: BSD-2-Clause
// The interface between types.c and the services in kernel/device/.
#ifndef KERNEL_DLKM_TYPES_H
#define KERNEL_DLKM_TYPES_H

#include "dlkm/dlkm.h"

// device/services.c; NULL: a type that needs no service.
extern const struct type_ops *const type_services[BTL_TYPES];

// Does the wrapper's type_data point to `size` bytes of the image? An error is reported.
bool type_data_holds(const struct module *module, size_t size, struct btl_diags *diags);
// Is the pointer a function of the module? An error is reported under `name`.
bool type_data_calls(const struct module *module, uint64_t function, bool optional,
                     const char *name, struct btl_diags *diags);

#endif
