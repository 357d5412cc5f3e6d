// SPDX-License-Identifier: BSD-2-Clause
// The symbols of a loaded kernel.
#include "kernel_gate.h"

uint64_t btl_kernel_symbol(const struct btl_kernel_image *kernel, uint32_t symbol)
{
    uint16_t special;
    uint32_t section = btl_elf_symbol_section(kernel->elf, symbol, &special);
    uint64_t value = kernel->elf->symbols[symbol].value;
    if (special == ELF_SHN_ABS || section == ELF_SHN_UNDEF)
        return value;
    return value + (kernel->base - kernel->link_base);
}

static bool add_export(const struct btl_kernel_image *kernel, struct btl_str name, uint32_t symbol,
                       struct btl_symtab *table, struct btl_diags *diags)
{
    uint32_t other;
    if (btl_symtab_add(table, name, btl_kernel_symbol(kernel, symbol), BTL_KERNEL, &other))
        return true;
    if (other == BTL_NONE)
        kernel_report(kernel, diags, BTL_NO_MEMORY, BTL_ARG_Z("adding the kernel's exports"));
    else
        kernel_report(kernel, diags, BTL_KERNEL_EXPORT_TAKEN, BTL_ARG(name));
    return false;
}

bool btl_kernel_export(const struct btl_kernel_image *kernel, const struct btl_modinfo *info,
                       struct btl_symtab *table, struct btl_diags *diags)
{
    uint32_t *symbols = BTL_NEW_ARRAY(table->arena, uint32_t, info->export_count);
    if (symbols == NULL) {
        kernel_report(kernel, diags, BTL_NO_MEMORY, BTL_ARG_Z("adding the kernel's exports"));
        return false;
    }
    if (!btl_modinfo_exports(kernel->elf, info, table->arena, symbols, diags))
        return false;
    bool good = true;
    for (size_t i = 0; i < info->export_count; i++)
        good = add_export(kernel, info->exports[i], symbols[i], table, diags) && good;
    return good;
}
