// SPDX-License-Identifier: BSD-2-Clause
// The wrapper structure of a module, in the kernel's address space; what it may say is
// core/link/wrapper.c.
#include "arch.h"
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

// An image lies where it is linked for.
static struct btl_linked linked(const struct module_image *image)
{
    return (struct btl_linked){.base = image->base,
                               .memory = (const uint8_t *)(uintptr_t)image->base,
                               .segment = image->segment,
                               .function_descriptors = arch_descriptor_size > 0};
}

bool image_holds(const struct module_image *image, uint64_t address, uint64_t size, uint8_t perm)
{
    struct btl_linked at = linked(image);

    return btl_linked_holds(&at, address, size, perm);
}

bool image_holds_function(const struct module_image *image, uint64_t pointer)
{
    struct btl_linked at = linked(image);

    return btl_linked_holds_function(&at, pointer);
}

bool wrapper_check(const struct module *module, struct btl_diags *diags)
{
    struct btl_linked at = linked(module->image);

    return btl_wrapper_check(&at, (uintptr_t)module->image->wrapper,
                             (struct btl_place){.module = module_name(module)}, diags);
}
