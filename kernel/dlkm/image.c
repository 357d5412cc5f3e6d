// SPDX-License-Identifier: BSD-2-Clause
// The image of a phase-1 module, which the loader has linked and the manifest describes.
#include "dlkm/dlkm.h"

#include "base/arch.h"
#include "base/handoff.h"
#include "vm/vm.h"

#include <btl/kernel.h>

// The manifest has the sizes of text and rodata; the rest of the image is data.
static bool image_find_segments(const struct btlm_module *entry, struct module_image *image)
{
    uint64_t text = entry->text_size, rodata = entry->rodata_size;

    if (text % BTL_PAGE_SIZE != 0 || rodata % BTL_PAGE_SIZE != 0 ||
        !btl_in_range(text, rodata, entry->size))
        return false;
    image->segment[BTL_SEG_TEXT] = (struct btl_segment){0, text, BTL_PERM_READ | BTL_PERM_EXEC};
    image->segment[BTL_SEG_RODATA] = (struct btl_segment){text, rodata, BTL_PERM_READ};
    image->segment[BTL_SEG_DATA] = (struct btl_segment){text + rodata, entry->size - text - rodata,
                                                        BTL_PERM_READ | BTL_PERM_WRITE};
    return true;
}

static bool image_in_arena(const struct btlm_module *entry)
{
    const struct btlm_system *system = btl_manifest_system(handoff_manifest());

    return entry->address >= system->modules_virtual && entry->size > 0 &&
           entry->address % BTL_PAGE_SIZE == 0 && entry->size % BTL_PAGE_SIZE == 0 &&
           btl_in_range(entry->address - system->modules_virtual, entry->size,
                        system->modules_size);
}

// Return the address of the section of that name, or 0 and a size of 0.
static uint64_t image_find_section(const struct btlm_module *entry, struct btl_str name,
                                   uint64_t *ret_size)
{
    const struct btl_manifest *manifest = handoff_manifest();

    for (uint32_t i = 0; i < entry->section_count; i++) {
        const struct btlm_section *section =
            btl_manifest_entry(manifest, BTLM_SECTIONS, (uint64_t)entry->first_section + i);

        if (!btl_str_equal(btl_manifest_str(manifest, section->name), name))
            continue;
        *ret_size = section->size;
        return section->address;
    }
    *ret_size = 0;
    return 0;
}

bool image_adopt(struct module *module, struct btl_diags *diags)
{
    const struct btlm_module *entry = module->entry;
    struct btl_place place = {.module = module_name(module)};
    struct module_image image = {
        .module = module_name(module),
        .base = entry->address,
        .size = entry->size,
        .wrapper = (const struct btl_wrapper *)(uintptr_t)entry->wrapper,
        .by_loader = true,
        .bss_size = entry->bss_size,
    };
    uint64_t size;

    image.bss_base = image_find_section(entry, BTL_STR(".bss"), &size);
    image.unwind = image_find_section(entry, arch_unwind_section, &image.unwind_size);

    if (!image_in_arena(entry) || !image_find_segments(entry, &image)) {
        btl_report(diags, BTL_RUN_BAD_IMAGE, place, BTL_HEX(entry->address), BTL_SIZE(entry->size));
        return false;
    }
    module->image = kmem_alloc(sizeof(image));
    if (module->image == NULL) {
        btl_report(diags, BTL_NO_MEMORY, place, BTL_ARG_Z("adopting the image of the module"));
        return false;
    }
    *module->image = image;
    images_add(module->image);
    return true;
}

// dlkm_release_failed() frees the memory of phase-1 images that are dropped before the VM runs.
void image_drop(struct module *module)
{
    struct module_image *image = module->image;

    module->image = NULL;
    images_remove(image);
    if (!image->by_loader)
        vm_image_free(image->base, image->size);
    else if (vm_ready())
        vm_boot_image_free(image->base, image->size);
    if (image->by_loader && vm_ready())
        module->adoptable = false;
    kmem_free(image->functions);
    kmem_free(image->names);
    kmem_free(image->defaults);
    kmem_free(image);
}
