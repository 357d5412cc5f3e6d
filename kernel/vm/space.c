// SPDX-License-Identifier: BSD-2-Clause
// The kernel's own address space, built from the manifest:
//
//   direct map   all memory, RW-, write-back where the firmware's map offers it and uncached
//                elsewhere; read-only for pages that are read-only in the window, so that no second
//                mapping writes to code or constants; the framebuffer; tables of the firmware
//   window       kernel and phase-1 images R-X R-- RW-, early arena, stacks (guard pages around)
//
// There is no identity map, so nothing is mapped at address 0.
#include "vm/vm.h"

#include "base/handoff.h"
#include "base/images.h"
#include "vm/direct_map.h"
#include "vm/tables.h"

#include <btl/kernel.h>

static const uint32_t read_write = BTL_PERM_READ | BTL_PERM_WRITE;

static uint32_t space_flags_of(const struct btlm_memory *range)
{
    return read_write | (btlm_is_write_back(range) ? 0 : MAP_UNCACHED);
}

// Map adjacent ranges with equal flags together: the firmware's map has hundreds of small ranges,
// and large pages need long ones.
static bool space_map_direct(struct arch_space *space)
{
    const struct btl_manifest *manifest = handoff_manifest();
    uint64_t count = btl_manifest_count(manifest, BTLM_MEMORY), base = boot_system()->direct_map;

    uint64_t start = 0, end = 0;
    uint32_t flags = read_write;

    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_memory *range = btl_manifest_entry(manifest, BTLM_MEMORY, i);
        if (!direct_map_has(range))
            continue;
        if (range->start != end || space_flags_of(range) != flags) {
            if (!space_map(space, base + start, start, end - start, flags))
                return false;
            start = range->start;
            flags = space_flags_of(range);
        }
        end = range->start + range->size;
    }
    return space_map(space, base + start, start, end - start, flags);
}

static uint64_t page_round_up(uint64_t a)
{
    return (a + BTL_PAGE_SIZE - 1) & ~(uint64_t)(BTL_PAGE_SIZE - 1);
}

// Map those pages of a range that the direct map does not have.
static bool space_map_absent(struct arch_space *space, uint64_t start, uint64_t end, uint32_t flags)
{
    uint64_t base = boot_system()->direct_map, physical;
    uint32_t present;

    for (uint64_t next; start < end; start = next + BTL_PAGE_SIZE) {
        for (next = start; next < end; next += BTL_PAGE_SIZE)
            if (space_translate(space, base + next, &physical, &present))
                break;
        if (!space_map(space, base + start, start, next - start, flags))
            return false;
    }
    return true;
}

static bool space_map_framebuffer(struct arch_space *space)
{
    const struct btlm_system *system = boot_system();
    uint64_t start = system->framebuffer & ~(uint64_t)(BTL_PAGE_SIZE - 1);
    uint64_t end = page_round_up(system->framebuffer + system->framebuffer_size);

    return system->framebuffer_format == 0 ||
           space_map_absent(space, start, end, read_write | MAP_WRITE_COMBINING);
}

// Map the pages of a BIOS's tables that the memory map does not name; uncached, since they may not
// be ordinary memory.
static bool space_map_bios(struct arch_space *space)
{
    return !direct_map_has_bios() ||
           space_map_absent(space, BIOS_START, BIOS_END, BTL_PERM_READ | MAP_UNCACHED);
}

// Map a piece of the window. If it is read-only there, make it read-only in the direct map too.
static bool space_map_piece(struct arch_space *space, uint64_t virtual, uint64_t physical,
                            uint64_t size, uint32_t perm)
{
    if (size == 0)
        return true;
    if (!space_map(space, virtual, physical, size, perm))
        return false;
    return (perm & BTL_PERM_WRITE) ||
           space_protect(space, boot_system()->direct_map + physical, size, BTL_PERM_READ);
}

static bool space_map_kernel(struct arch_space *space)
{
    const struct btl_manifest *manifest = handoff_manifest();
    const struct btlm_kernel *kernel = btl_manifest_kernel(manifest);
    uint64_t count = btl_manifest_count(manifest, BTLM_SEGMENTS);

    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_segment *segment = btl_manifest_entry(manifest, BTLM_SEGMENTS, i);
        uint64_t start = segment->address & ~(uint64_t)(BTL_PAGE_SIZE - 1);
        uint64_t size = page_round_up(segment->address + segment->size) - start;

        if (!space_map_piece(space, start, start - kernel->virtual_base + kernel->physical_base,
                             size, segment->perm))
            return false;
    }
    return true;
}

static bool space_map_images(struct arch_space *space)
{
    const struct btlm_system *system = boot_system();

    for (const struct module_image *image = images_first(); image != NULL; image = image->next) {
        for (int kind = 0; image->fixed == NULL && kind < BTL_SEGS; kind++) {
            const struct btl_segment *segment = &image->linked.segment[kind];
            uint64_t virtual = image->linked.base + segment->offset;
            if (!space_map_piece(space, virtual,
                                 virtual - system->modules_virtual + system->modules_physical,
                                 segment->size, segment->perm))
                return false;
        }
    }
    return true;
}

static bool space_map_stacks(struct arch_space *space)
{
    struct arch_range stack;

    for (unsigned i = 0; arch_boot_stack(i, &stack); i++)
        if (!space_map_piece(space, stack.virtual, stack.physical, stack.size, read_write))
            return false;
    return true;
}

bool vm_space_build(struct arch_space *space)
{
    const struct btlm_system *system = boot_system();
    const struct btl_manifest *manifest = handoff_manifest();

    return arch_space_create(space) && space_map_direct(space) && space_map_bios(space) &&
           space_map_framebuffer(space) && space_map_kernel(space) && space_map_images(space) &&
           space_map_piece(space, system->early_virtual, system->early_physical, system->early_size,
                           read_write) &&
           space_map_stacks(space) &&
           space_protect(space, (uint64_t)(uintptr_t)manifest->bytes.at,
                         page_round_up(manifest->header->total_size), BTL_PERM_READ);
}
