// SPDX-License-Identifier: BSD-2-Clause
// What the last code of the loader (handoff_ARCH.S) is told.
#include "loader.h"

#include <btl/mem.h>

// A kernel with function descriptors has them in .opd, entry point and gp; all have one gp.
static uint64_t kernel_gp(const struct kernel *kernel)
{
    uint64_t descriptor[2];
    uint32_t section = btl_elf_find_section(&kernel->elf, BTL_STR(".opd"));
    if (section == BTL_NONE)
        return 0;
    struct btl_bytes bytes = btl_elf_section_bytes(&kernel->elf, section);
    if (bytes.size < sizeof(descriptor))
        return 0;
    memcpy(descriptor, bytes.at, sizeof(descriptor));
    return descriptor[1];
}

static void fill_text(const struct kernel *kernel, uint64_t entry, struct handoff *ret)
{
    const struct btl_kernel_image *image = &kernel->image;
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const struct btl_kernel_segment *segment = &image->segments[i];
        if (!btl_in_range(entry - image->base, 1, segment->offset + segment->size) ||
            entry - image->base < segment->offset)
            continue;
        ret->text = image->base + segment->offset;
        ret->text_physical = kernel->physical + segment->offset;
        ret->text_size = segment->size;
    }
}

void handoff_fill(const struct loader *loader, struct handoff *ret)
{
    const struct btl_kernel_image *image = &loader->kernel.image;
    uint8_t *manifest = (uint8_t *)(uintptr_t)loader->manifest.physical;
    *ret = (struct handoff){.page_table_root = loader->paging.root,
                            .entry = image->base - image->link_base + image->entry,
                            .manifest = loader->manifest.address,
                            .stack_top = loader->stack.address + loader->stack.size,
                            .code = loader->code_page,
                            .gp = kernel_gp(&loader->kernel),
                            .backing_store = loader->backing_store.address,
                            .stack_physical = loader->stack.physical,
                            .memory = (uintptr_t)btl_manifest_memory(manifest),
                            .memory_count = loader->manifest_map_count};
    fill_text(&loader->kernel, ret->entry, ret);
}
