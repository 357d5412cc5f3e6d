// SPDX-License-Identifier: BSD-2-Clause
// Used by panics: allocates nothing, and survives before the manifest is adopted.
#include "symbols.h"

#include "dlkm/dlkm.h"
#include "firmware/handoff.h"

#include <btl/symtab.h>

static bool in_kernel(uint64_t address)
{
    const struct btlm_kernel *kernel = btl_manifest_kernel(handoff_manifest());

    return address - kernel->virtual_base < kernel->size;
}

// What the loader linked may have been unloaded, and loaded again elsewhere.
static bool is_gone(uint32_t owner)
{
    const struct module_image *image;

    if (owner == BTL_KERNEL || owner >= module_count())
        return false;
    image = module_get(owner)->image;
    return image == NULL || !image->by_loader;
}

// The manifest names the functions of what the loader linked.
static bool find_in_manifest(uint64_t address, struct symbol *ret)
{
    uint64_t offset;
    const struct btlm_symbol *symbol =
        btl_manifest_find_symbol(handoff_manifest(), address, &offset);

    if (symbol == NULL || is_gone(symbol->owner))
        return false;
    ret->name = btl_manifest_str(handoff_manifest(), symbol->name);
    ret->offset = offset;
    return true;
}

// The nearest function at or below the address; one pass over the module's own list.
static void find_in_module(const struct module *module, uint64_t address, struct symbol *ret)
{
    const struct module_image *image = module->image;
    const struct function *best = NULL;

    for (uint32_t i = 0; i < image->function_count; i++) {
        const struct function *at = &image->functions[i];
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
    const struct module *module;
    struct symbol symbol = {0};

    if (!handoff_ready())
        return symbol;
    module = module_at(at);
    if (module != NULL)
        symbol.owner = module_name(module);
    if (!find_in_manifest(at, &symbol) && module != NULL)
        find_in_module(module, at, &symbol);
    symbol.offset += returning;
    return symbol;
}

struct btl_str symbol_owner(uint64_t address)
{
    const struct module *module = handoff_ready() ? module_at(address) : NULL;

    if (module != NULL)
        return module_name(module);
    return handoff_ready() && in_kernel(address) ? BTL_STR("the kernel")
                                                 : BTL_STR("an unknown caller");
}
