// SPDX-License-Identifier: BSD-2-Clause
// The parameters of the hand-off code (handoff_ARCH.S).
#include "boot.h"

#include <btl/mem.h>

// Return the gp of a kernel with function descriptors (entry point and gp, in .opd); all have the
// same gp.
static uint64_t handoff_kernel_gp(const struct btl_attempt_kernel *kernel)
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

static void handoff_fill_text(const struct btl_attempt_kernel *kernel, uint64_t entry,
                              struct handoff *ret_handoff)
{
    const struct btl_kernel_image *image = &kernel->image;
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const struct btl_kernel_segment *segment = &image->segments[i];
        if (!btl_in_range(entry - image->base, 1, segment->offset + segment->size) ||
            entry - image->base < segment->offset)
            continue;
        ret_handoff->text = image->base + segment->offset;
        ret_handoff->text_physical = kernel->physical + segment->offset;
        ret_handoff->text_size = segment->size;
    }
}

void handoff_fill(const struct boot *boot, struct handoff *ret_handoff)
{
    const struct btl_kernel_image *image = &boot->attempt.kernel.image;
    uint8_t *manifest = (uint8_t *)(uintptr_t)boot->res.manifest.physical;
    *ret_handoff =
        (struct handoff){.page_table_root = boot->res.paging.root,
                         .entry = image->base - image->link_base + image->entry,
                         .manifest = boot->res.manifest.address,
                         .stack_top = boot->attempt.stack.address + boot->attempt.stack.size,
                         .code = boot->res.code_page,
                         .gp = handoff_kernel_gp(&boot->attempt.kernel),
                         .backing_store = boot->attempt.backing_store.address,
                         .stack_physical = boot->attempt.stack.physical,
                         .memory = (uintptr_t)btl_manifest_memory(manifest),
                         .memory_count = boot->res.manifest_map_count};
    handoff_fill_text(&boot->attempt.kernel, ret_handoff->entry, ret_handoff);
}
