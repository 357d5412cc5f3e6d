// SPDX-License-Identifier: BSD-2-Clause
// The wrapper structure of a module in the kernel's address space; core/link/wrapper.c has the
// rules.
#include "dlkm/dlkm.h"

#include <btl/kernel.h>
#include <btl/wrapper.h>

struct btl_tunable wrapper_tunable(const struct btl_wrapper *wrapper, uint64_t index)
{
    struct btl_tunable tunable = {0};
    uint64_t size = btl_tunable_size(wrapper->abi);

    memcpy(&tunable, (const uint8_t *)wrapper->tunables + index * size, size);
    return tunable;
}

bool wrapper_check(const struct module *module, struct btl_diags *diags)
{
    struct btl_linked linked = image_linked(module->image);

    return btl_wrapper_check(&linked, (uintptr_t)module->image->wrapper,
                             (struct btl_place){.module = module_name(module)}, diags);
}
