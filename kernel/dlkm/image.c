// SPDX-License-Identifier: BSD-2-Clause
// The images of modules: made, taken over from the loader, dropped.
#include "dlkm/dlkm.h"

#include "base/arch.h"
#include "base/handoff.h"
#include "vm/vm.h"

#include <btl/kernel.h>

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

struct module_image *image_new(struct btl_str module, struct btl_diags *diags)
{
    struct module_image *image = kmem_alloc(sizeof(*image));

    if (image != NULL)
        *image = (struct module_image){.module = module};
    else
        btl_report(diags, BTL_NO_MEMORY, (struct btl_place){.module = module},
                   BTL_ARG_Z("keeping the module's image"));
    return image;
}

void image_delete(struct module_image *image)
{
    kmem_free(image->functions);
    kmem_free(image->sections);
    kmem_free(image->names);
    kmem_free(image->defaults);
    kmem_free(image);
}

void image_discard(struct module_image *image)
{
    vm_image_free(image->linked.base, image->linked.size);
    image_delete(image);
}

void image_put(struct module *module, struct module_image *image)
{
    module->image = image;
    images_add(image);
}

bool image_adopt(struct module *module, struct btl_diags *diags)
{
    const struct btlm_module *entry = module->entry;
    struct module_image *image;
    uint64_t size;

    if (module_is_static(module))
        return static_adopt(module, diags);
    image = image_new(module_name(module), diags);
    if (image == NULL)
        return false;
    if (!btl_module_adopt(handoff_manifest(), module_id(module), &image->linked, diags)) {
        image_delete(image);
        return false;
    }
    image->by_loader = true;
    image->bss_size = entry->bss_size;
    image->bss_base = image_find_section(entry, BTL_STR(".bss"), &size);
    image->unwind = image_find_section(entry, arch_unwind_section, &image->unwind_size);
    image_put(module, image);
    return true;
}

// dlkm_release_failed() frees the memory of phase-1 images that are dropped before the VM runs.
void image_drop(struct module *module)
{
    struct module_image *image = module->image;

    module->image = NULL;
    images_remove(image);
    if (image->fixed != NULL)
        module->adoptable = false; // its data are not those of the file any more
    else if (!image->by_loader)
        vm_image_free(image->linked.base, image->linked.size);
    else if (vm_ready())
        vm_boot_image_free(image->linked.base, image->linked.size);
    if (image->by_loader && vm_ready())
        module->adoptable = false;
    image_delete(image);
}
