// SPDX-License-Identifier: BSD-2-Clause
// The functions of the kernel and of every linked module, by address, for backtraces.
#include "manifest_draft.h"

#include "../base/sort.h"

static bool symbol_is_function(const struct btl_elf *elf, uint32_t symbol)
{
    const struct elf64_symbol *entry = &elf->symbols[symbol];
    return ELF64_SYMBOL_TYPE(entry->info) == ELF_STT_FUNC && entry->section != ELF_SHN_UNDEF &&
           entry->section != ELF_SHN_ABS && entry->section != ELF_SHN_COMMON;
}

// Is the symbol a function in a loaded section?
static bool function_is_loaded(const struct btl_image *image, uint32_t symbol)
{
    uint16_t special = 0;
    if (!symbol_is_function(image->elf, symbol))
        return false;
    uint32_t section = btl_elf_symbol_section(image->elf, symbol, &special);
    return section != ELF_SHN_UNDEF && image->section_offset[section] != BTL_NO_OFFSET;
}

// Return 0 for a kernel that could not be opened.
static uint32_t kernel_symbol_count(const struct btl_manifest_draft *draft)
{
    const struct btl_elf *kernel = draft->input->kernel->elf;
    return kernel != NULL ? kernel->symbol_count : 0;
}

static uint64_t draft_count_functions(const struct btl_manifest_draft *draft)
{
    uint64_t count = 0;
    const struct btl_elf *kernel = draft->input->kernel->elf;
    for (uint32_t i = 1; i < kernel_symbol_count(draft); i++)
        count += symbol_is_function(kernel, i);
    for (uint32_t module = 0; module < draft->module_count; module++) {
        const struct btl_image *image = draft_image(draft, module);
        for (uint32_t i = 1; image != NULL && i < image->elf->symbol_count; i++)
            count += function_is_loaded(image, i);
    }
    return count;
}

static void draft_add_kernel_functions(struct btl_manifest_draft *draft)
{
    const struct btl_kernel_image *kernel = draft->input->kernel;
    for (uint32_t i = 1; i < kernel_symbol_count(draft); i++) {
        if (!symbol_is_function(kernel->elf, i))
            continue;
        draft->functions[draft->function_count++] =
            (struct draft_function){.address = btl_kernel_symbol(kernel, i),
                                    .size = kernel->elf->symbols[i].size,
                                    .name = btl_elf_symbol_name(kernel->elf, i),
                                    .owner = BTL_KERNEL};
    }
}

static void draft_add_module_functions(struct btl_manifest_draft *draft, uint32_t module,
                                       const struct btl_image *image)
{
    for (uint32_t i = 1; i < image->elf->symbol_count; i++) {
        if (!function_is_loaded(image, i))
            continue;
        draft->functions[draft->function_count++] =
            (struct draft_function){.address = image->value[i],
                                    .size = image->elf->symbols[i].size,
                                    .name = btl_elf_symbol_name(image->elf, i),
                                    .owner = module};
    }
}

// Compare by address. Of several functions at one address the largest is last, because the reader
// takes the last one.
static int compare_draft_functions(const void *a, const void *b, void *context)
{
    const struct draft_function *x = a, *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    int order = btl_str_compare(y->name, x->name);
    return order != 0 ? order : (x->owner > y->owner) - (x->owner < y->owner);
}

// Assembly code often gives no size. Such a function ends where the next function of its owner
// begins; without a next one it is one byte. No function exceeds the address space.
static void draft_fix_function_sizes(struct btl_manifest_draft *draft)
{
    struct draft_function *next = NULL; // the next function at a higher address
    for (uint32_t i = draft->function_count; i > 0; i--) {
        struct draft_function *function = &draft->functions[i - 1];
        if (i < draft->function_count && function[1].address > function->address)
            next = function + 1;
        if (function->size == 0)
            function->size = next != NULL && next->owner == function->owner
                                 ? next->address - function->address
                                 : 1;
        if (function->size > UINT64_MAX - function->address)
            function->size = UINT64_MAX - function->address;
    }
}

bool draft_list_functions(struct btl_manifest_draft *draft)
{
    uint64_t count = draft_count_functions(draft);
    draft->functions = BTL_NEW_ARRAY(draft->arena, struct draft_function, count);
    if (draft->functions == NULL || count > UINT32_MAX)
        return false;
    draft_add_kernel_functions(draft);
    // In the order of linking, which is that of the addresses.
    const struct btl_plan *plan = draft->input->plan;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        const struct btl_image *image = draft_image(draft, plan->order[i]);
        if (image != NULL)
            draft_add_module_functions(draft, plan->order[i], image);
    }
    btl_sort(draft->functions, draft->function_count, sizeof(*draft->functions),
             compare_draft_functions, NULL);
    draft_fix_function_sizes(draft);
    return true;
}
