// SPDX-License-Identifier: BSD-2-Clause
// The image of a phase-1 module, which the loader has linked and the manifest describes.
#include <btl/load.h>

#include "../link/reloc.h"

struct btl_linked btl_module_image_linked(const struct btl_module_image *image)
{
    return (struct btl_linked){.base = image->base,
                               .memory = (const uint8_t *)(uintptr_t)image->base,
                               .segment = image->segment,
                               .function_descriptors = image->function_descriptors};
}

// The manifest has the sizes of text and constants; the rest of the image is data.
static bool adopt_segments(const struct btlm_module *module, struct btl_segment segment[BTL_SEGS])
{
    uint64_t text = module->text_size, rodata = module->rodata_size;

    if (text % BTL_PAGE_SIZE != 0 || rodata % BTL_PAGE_SIZE != 0 ||
        !btl_in_range(text, rodata, module->size))
        return false;
    segment[BTL_SEG_TEXT] = (struct btl_segment){0, text, BTL_PERM_READ | BTL_PERM_EXEC};
    segment[BTL_SEG_RODATA] = (struct btl_segment){text, rodata, BTL_PERM_READ};
    segment[BTL_SEG_DATA] = (struct btl_segment){text + rodata, module->size - text - rodata,
                                                 BTL_PERM_READ | BTL_PERM_WRITE};
    return true;
}

static bool adopt_is_in_phase1_memory(const struct btlm_system *system,
                                      const struct btlm_module *module)
{
    return module->address >= system->modules_virtual && module->size > 0 &&
           module->address % BTL_PAGE_SIZE == 0 && module->size % BTL_PAGE_SIZE == 0 &&
           btl_in_range(module->address - system->modules_virtual, module->size,
                        system->modules_size);
}

bool btl_module_adopt(const struct btl_manifest *manifest, uint32_t index,
                      struct btl_module_image *ret_image, struct btl_diags *diags)
{
    const struct btlm_system *system = btl_manifest_system(manifest);
    const struct btlm_module *module = btl_manifest_module(manifest, index);
    const struct btl_relocator *machine = btl_relocator_find(system->machine);
    struct btl_module_image image = {
        .base = module->address,
        .size = module->size,
        .wrapper = (const struct btl_wrapper *)(uintptr_t)module->wrapper,
        .function_descriptors = machine != NULL && machine->function_descriptors,
    };

    if (!adopt_is_in_phase1_memory(system, module) || !adopt_segments(module, image.segment)) {
        btl_report(diags, BTL_RUN_BAD_IMAGE,
                   (struct btl_place){.module = btl_manifest_str(manifest, module->name)},
                   BTL_HEX(module->address), BTL_SIZE(module->size));
        return false;
    }
    *ret_image = image;
    return true;
}
