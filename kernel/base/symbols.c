// SPDX-License-Identifier: BSD-2-Clause
// Panics use this: nothing is allocated, and the manifest may be missing.
#include "base/symbols.h"

#include "base/handoff.h"
#include "base/images.h"

#include <btl/symtab.h>

static bool symbol_in_kernel(uint64_t address)
{
    const struct btlm_kernel *kernel = btl_manifest_kernel(handoff_manifest());

    return address - kernel->virtual_base < kernel->size;
}

// The manifest names the functions of what the loader linked. Such a module may have been unloaded,
// and loaded again elsewhere.
static bool symbol_find_in_manifest(uint64_t address, const struct module_image *image,
                                    struct symbol *ret)
{
    uint64_t offset;
    const struct btlm_symbol *symbol =
        btl_manifest_find_symbol(handoff_manifest(), address, &offset);

    if (symbol == NULL || (symbol->owner != BTL_KERNEL && (image == NULL || !image->by_loader)))
        return false;
    ret->name = btl_manifest_str(handoff_manifest(), symbol->name);
    ret->offset = offset;
    return true;
}

// Find the nearest function at or below the address in the image's list.
static void symbol_find_in_image(const struct module_image *image, uint64_t address,
                                 struct symbol *ret)
{
    const struct image_function *best = NULL;

    for (uint32_t i = 0; i < image->function_count; i++) {
        const struct image_function *at = &image->functions[i];
        if (at->address <= address && (best == NULL || at->address > best->address))
            best = at;
    }
    if (best == NULL || (best->size > 0 && address - best->address >= best->size))
        return;
    ret->name = best->name;
    ret->offset = address - best->address;
}

struct symbol symbol_find(uint64_t address, bool returning)
{
    uint64_t at = address - returning;
    const struct module_image *image;
    struct symbol symbol = {0};

    if (!handoff_ready())
        return symbol;
    image = image_find(at);
    if (image != NULL)
        symbol.owner = image->module;
    if (!symbol_find_in_manifest(at, image, &symbol) && image != NULL)
        symbol_find_in_image(image, at, &symbol);
    symbol.offset += returning;
    return symbol;
}

struct btl_str symbol_owner(uint64_t address)
{
    const struct module_image *image = image_find(address);

    if (image != NULL)
        return image->module;
    return handoff_ready() && symbol_in_kernel(address) ? BTL_STR("the kernel")
                                                        : BTL_STR("an unknown caller");
}
