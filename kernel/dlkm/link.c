// SPDX-License-Identifier: BSD-2-Clause
// Linking of a module's file: btl_module_link() on memory of the VM, and what stays of the file
// when it is released.
#include "dlkm/link.h"

#include "vm/vm.h"

#include <btl/kernel.h>

static bool link_alloc(struct btl_linker *linker, uint64_t size, uint64_t align, uint64_t *ret_base)
{
    return vm_image_alloc(size, align, ret_base);
}

static void link_free(struct btl_linker *linker, uint64_t base, uint64_t size)
{
    vm_image_free(base, size);
}

static bool link_seal(struct btl_linker *linker, const struct btl_module_image *image)
{
    return vm_image_seal(image->base, image->segment);
}

static bool link_is_function(const struct btl_link_result *result, uint32_t symbol)
{
    const struct elf64_symbol *at = &result->elf->symbols[symbol];
    uint16_t special;
    uint32_t section = btl_elf_symbol_section(result->elf, symbol, &special);

    return ELF64_SYMBOL_TYPE(at->info) == ELF_STT_FUNC && section != ELF_SHN_UNDEF &&
           special == 0 && result->image->section_offset[section] != BTL_NO_OFFSET;
}

// Allocate the functions, sections and names that outlive the file.
static bool link_alloc_names(const struct btl_link_result *result, struct module_image *to)
{
    size_t bytes = 0;

    to->section_count = result->image->order_count;
    for (uint32_t i = 0; i < to->section_count; i++)
        bytes += btl_elf_section_name(result->elf, result->image->order[i]).len;
    for (uint32_t i = 1; i < result->elf->symbol_count; i++) {
        if (!link_is_function(result, i))
            continue;
        to->function_count++;
        bytes += btl_elf_symbol_name(result->elf, i).len;
    }
    for (size_t i = 0; i < result->info->export_count; i++)
        bytes += result->info->exports[i].len;
    to->functions = kmem_alloc(to->function_count * sizeof(*to->functions));
    to->sections = kmem_alloc(to->section_count * sizeof(*to->sections));
    to->names = kmem_alloc(bytes);
    return to->functions != NULL && to->sections != NULL && to->names != NULL;
}

static char *link_keep_sections(const struct btl_link_result *result, struct module_image *to,
                                char *at)
{
    for (uint32_t i = 0; i < to->section_count; i++) {
        uint32_t section = result->image->order[i];
        struct btl_str name = btl_elf_section_name(result->elf, section);
        memcpy(at, name.at, name.len);
        to->sections[i] = (struct image_section){
            result->image->base + result->image->section_offset[section], {at, name.len}};
        at += name.len;
    }
    return at;
}

static void link_keep_names(const struct btl_link_result *result, struct module_image *to)
{
    struct image_function *function = to->functions;
    char *at = exports_move_names(result->first_export, to->names);

    at = link_keep_sections(result, to, at);
    for (uint32_t i = 1; i < result->elf->symbol_count; i++) {
        struct btl_str name = btl_elf_symbol_name(result->elf, i);
        if (!link_is_function(result, i))
            continue;
        memcpy(at, name.at, name.len);
        *function++ = (struct image_function){
            result->image->value[i], result->elf->symbols[i].size, {at, name.len}};
        at += name.len;
    }
}

static void link_keep_unwind(const struct btl_link_result *result, struct module_image *to)
{
    uint32_t section = btl_elf_find_section(result->elf, arch_unwind_section);

    if (section == BTL_NONE)
        return;
    to->unwind = btl_image_section_address(result->image, arch_unwind_section);
    to->unwind_size = to->unwind != 0 ? btl_elf_section_bytes(result->elf, section).size : 0;
}

static bool link_keep(struct btl_linker *linker, const struct btl_link_result *result,
                      struct btl_diags *diags)
{
    struct module_image *to = linker->caller;

    to->bss_base = btl_image_section_address(result->image, BTL_STR(".bss"));
    to->bss_size = result->image->bss_size;
    link_keep_unwind(result, to);
    if (link_alloc_names(result, to)) {
        link_keep_names(result, to);
        return true;
    }
    btl_report(diags, BTL_NO_MEMORY, (struct btl_place){.module = to->module},
               BTL_ARG_Z("keeping the module's symbols"));
    return false;
}

static struct btl_str link_name(const struct btl_linker *linker, uint32_t id)
{
    return module_name(module_get(id));
}

const struct btl_linker_ops image_ops = {.alloc = link_alloc,
                                         .free = link_free,
                                         .seal = link_seal,
                                         .keep = link_keep,
                                         .name = link_name};

struct module_image *image_link(const struct btl_module_facts *facts, struct btl_bytes file,
                                struct btl_arena *arena, struct btl_diags *diags)
{
    struct btl_linker *linker = exports_linker();
    struct module_image *image = image_new(facts->name, diags);

    if (image == NULL)
        return NULL;
    linker->caller = image;
    if (btl_module_link_as(linker, facts, file, arena, &image->linked, diags))
        return image;
    image_delete(image);
    return NULL;
}
