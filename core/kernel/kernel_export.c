// SPDX-License-Identifier: BSD-2-Clause
// The symbols of a loaded kernel.
#include "kernel_descriptors.h"
#include "kernel_gate.h"
#include "../link/reloc.h"

uint64_t btl_kernel_symbol(const struct btl_kernel_image *kernel, uint32_t symbol)
{
    uint16_t special;
    uint32_t section = btl_elf_symbol_section(kernel->elf, symbol, &special);
    uint64_t value = kernel->elf->symbols[symbol].value;
    if (special == ELF_SHN_ABS || section == ELF_SHN_UNDEF)
        return value;
    return value + (kernel->base - kernel->link_base);
}

// Get the value of a symbol for modules. `descriptors` NULL: functions have none.
static bool kernel_export_value(const struct btl_kernel_image *kernel,
                                const struct kernel_descriptors *descriptors, uint32_t symbol,
                                uint64_t *ret_value)
{
    const struct elf64_symbol *entry = &kernel->elf->symbols[symbol];
    uint64_t descriptor;
    if (descriptors == NULL || ELF64_SYMBOL_TYPE(entry->info) != ELF_STT_FUNC) {
        *ret_value = btl_kernel_symbol(kernel, symbol);
        return true;
    }
    if (!kernel_descriptors_find(descriptors, entry->value, &descriptor))
        return false;
    *ret_value = descriptor + (kernel->base - kernel->link_base);
    return true;
}

static bool kernel_add_export(const struct btl_kernel_image *kernel,
                              const struct kernel_descriptors *descriptors, struct btl_str name,
                              uint32_t symbol, uint32_t owner, struct btl_symtab *table,
                              struct btl_diags *diags)
{
    uint32_t other;
    uint64_t value;
    if (!kernel_export_value(kernel, descriptors, symbol, &value)) {
        kernel_report(kernel, diags, BTL_KERNEL_EXPORT_DESCRIPTOR, BTL_ARG(name));
        return false;
    }
    if (btl_symtab_add(table, name, value, owner, &other))
        return true;
    if (other == BTL_NONE)
        kernel_report(kernel, diags, BTL_NO_MEMORY, BTL_ARG_Z("adding the kernel's exports"));
    else
        kernel_report(kernel, diags, BTL_KERNEL_EXPORT_TAKEN, BTL_ARG(name));
    return false;
}

bool btl_kernel_export(const struct btl_kernel_image *kernel, const struct btl_modinfo *info,
                       uint32_t owner, struct btl_symtab *table, struct btl_diags *diags)
{
    uint32_t *symbols = BTL_NEW_ARRAY(table->arena, uint32_t, info->export_count);
    if (symbols == NULL) {
        kernel_report(kernel, diags, BTL_NO_MEMORY, BTL_ARG_Z("adding the kernel's exports"));
        return false;
    }
    if (!btl_modinfo_exports(kernel->elf, info, table->arena, symbols, diags))
        return false;
    const struct btl_relocator *machine = btl_relocator_find(kernel->elf->machine);
    struct kernel_descriptors opened, *descriptors = NULL;
    if (machine != NULL && machine->function_descriptors) {
        descriptors = &opened;
        if (!kernel_descriptors_open(kernel, table->arena, descriptors, diags))
            return false;
    }
    bool good = true;
    for (size_t i = 0; i < info->export_count; i++)
        good = kernel_add_export(kernel, descriptors, info->exports[i], symbols[i], owner, table,
                                 diags) &&
               good;
    return good;
}
