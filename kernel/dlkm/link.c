// SPDX-License-Identifier: BSD-2-Clause
// Linking of a module's file: the passes of core/ (btl/link.h) on memory of the VM. The image is
// linked in place, writable and not executable; sealing is the last step.
#include "dlkm/link.h"

#include "vm/vm.h"

#include <btl/kernel.h>

// The state of linking one module.
struct link {
    struct module *module;
    struct btl_place place;
    struct btl_bytes file;
    struct btl_elf elf;
    struct btl_modinfo info;
    struct btl_image image;
    uint64_t base;
    struct btl_arena *arena;
    struct btl_diags *diags;
};

static bool link_no_memory(struct link *link, const char *doing)
{
    btl_report(link->diags, BTL_NO_MEMORY, link->place, BTL_ARG_Z(doing));
    return false;
}

// Modules are for the machine of the kernel's own image.
static bool link_open(struct link *link)
{
    uint16_t machine = boot_system()->machine;

    return btl_elf_open(link->file, BTL_ELF_MODULE, machine, link->place, &link->elf,
                        link->diags) &&
           btl_modinfo_read(&link->elf, link->arena, &link->info, link->diags);
}

static bool link_place(struct link *link)
{
    struct btl_image *image = &link->image;

    if (!btl_image_layout(&link->elf, link->arena, image, link->diags))
        return false;
    if (image->size == 0 || !vm_image_alloc(image->size, image->align, &link->base))
        return link_no_memory(link, "allocating the module's image");
    if (btl_image_place(image, link->base, (uint8_t *)(uintptr_t)link->base))
        return true;
    vm_image_free(link->base, image->size);
    return link_no_memory(link, "placing the module's image");
}

static bool link_relocate(struct link *link)
{
    struct btl_scope scope = exports_scope(link->module);

    btl_image_copy(&link->image);
    return btl_image_resolve(&link->image, &scope, link->diags) &&
           btl_image_relocate(&link->image, link->diags);
}

static bool link_is_function(const struct link *link, uint32_t symbol)
{
    const struct elf64_symbol *at = &link->elf.symbols[symbol];
    uint16_t special;
    uint32_t section = btl_elf_symbol_section(&link->elf, symbol, &special);

    return ELF64_SYMBOL_TYPE(at->info) == ELF_STT_FUNC && section != ELF_SHN_UNDEF &&
           special == 0 && link->image.section_offset[section] != BTL_NO_OFFSET;
}

// Allocate the functions and names that outlive the file.
static bool link_alloc_names(struct link *link, struct module_image *to)
{
    size_t bytes = 0;

    for (uint32_t i = 1; i < link->elf.symbol_count; i++) {
        if (!link_is_function(link, i))
            continue;
        to->function_count++;
        bytes += btl_elf_symbol_name(&link->elf, i).len;
    }
    for (size_t i = 0; i < link->info.export_count; i++)
        bytes += link->info.exports[i].len;
    to->functions = kmem_alloc(to->function_count * sizeof(*to->functions));
    to->names = kmem_alloc(bytes);
    return to->functions != NULL && to->names != NULL;
}

static void link_keep_names(struct link *link, struct module_image *to, uint32_t first_export)
{
    struct image_function *function = to->functions;
    char *at = exports_move_names(first_export, to->names);

    for (uint32_t i = 1; i < link->elf.symbol_count; i++) {
        struct btl_str name = btl_elf_symbol_name(&link->elf, i);
        if (!link_is_function(link, i))
            continue;
        memcpy(at, name.at, name.len);
        *function++ = (struct image_function){
            link->image.value[i], link->elf.symbols[i].size, {at, name.len}};
        at += name.len;
    }
}

static void link_keep_unwind(struct link *link, struct module_image *to)
{
    uint32_t section = btl_elf_find_section(&link->elf, arch_unwind_section);

    if (section == BTL_NONE)
        return;
    to->unwind = btl_image_section_address(&link->image, arch_unwind_section);
    to->unwind_size = to->unwind != 0 ? btl_elf_section_bytes(&link->elf, section).size : 0;
}

// Make what stays of the link when the arena and the file are freed.
static bool link_finish(struct link *link)
{
    struct module_image *to = kmem_alloc(sizeof(*to));
    uint32_t first_export = exports_table()->count;

    if (to == NULL)
        return link_no_memory(link, "keeping the module's image");
    to->module = link->place.module;
    to->base = link->base;
    to->size = link->image.size;
    memcpy(to->segment, link->image.segment, sizeof(to->segment));
    to->wrapper = (const struct btl_wrapper *)(uintptr_t)btl_image_section_address(
        &link->image, BTL_STR(BTL_WRAPPER_SECTION));
    to->bss_base = btl_image_section_address(&link->image, BTL_STR(".bss"));
    to->bss_size = link->image.bss_size;
    link_keep_unwind(link, to);
    if (!link_alloc_names(link, to)) {
        link_no_memory(link, "keeping the module's symbols");
    } else if (exports_add(link->module, &link->image, &link->info, link->diags)) {
        link_keep_names(link, to, first_export);
        if (vm_image_seal(to->base, to->segment)) {
            link->module->image = to;
            images_add(to);
            return true;
        }
        exports_remove(link->module);
        link_no_memory(link, "sealing the module's image");
    }
    kmem_free(to->functions);
    kmem_free(to->names);
    kmem_free(to);
    return false;
}

bool image_link(struct module *module, struct btl_bytes file, struct btl_arena *arena,
                struct btl_diags *diags)
{
    struct link link = {.module = module,
                        .place = {.module = module_name(module)},
                        .file = file,
                        .arena = arena,
                        .diags = diags};

    if (!link_open(&link) || !link_place(&link))
        return false;
    if (link_relocate(&link) && link_finish(&link))
        return true;
    vm_image_free(link.base, link.image.size);
    return false;
}
