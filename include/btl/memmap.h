// SPDX-License-Identifier: BSD-2-Clause
// Conversion of the firmware's memory map to the manifest's: sorted, merged, with the loader's own
// ranges. The firmware's map is not trusted: overlaps, wrap-around and odd sizes are handled.
#ifndef BTL_MEMMAP_H
#define BTL_MEMMAP_H

#include <btl/manifest.h>

BTL_BEGIN_DECLS

// A descriptor of GetMemoryMap (UEFI 2.10, 7.2.3). The stride may be larger than its size.
struct btl_efi_memory {
    uint32_t type, pad;
    uint64_t physical, virtual_address, pages, attributes;
};
BTL_STATIC_ASSERT(sizeof(struct btl_efi_memory) == 40, "EFI_MEMORY_DESCRIPTOR");

// A range allocated by the loader, and its use.
struct btl_own_range {
    uint64_t start, size; // physical, multiples of the page size
    enum btlm_memory_type type;
};

// Build ret_map[capacity] from `size` bytes of descriptors `stride` bytes apart, split at the own
// ranges. Both inputs are sorted in place (heap sort); the rest takes linear time. Return the
// number of entries needed; the map is complete if this is at most `capacity`. 0: the stride is too
// small for a descriptor.
//
// Own ranges override descriptors but keep their firmware type and attributes. They are in the map
// even where no descriptor is. They must not overlap each other. Where descriptors overlap, the
// more restrictive type wins: usable < boot services < loader < ACPI reclaim < persistent < ACPI
// NVS < runtime data < runtime code < MMIO < reserved < bad; for equal types, the descriptor with
// the highest end. Unknown firmware types are reserved. Descriptors that are not whole pages shrink
// if the kernel may use the memory (the first four types), else grow. Descriptors that exceed the
// address space are ignored in the first case, else cut off; the last page of the address space
// cannot be described. Neighbours of equal type, firmware type and attributes are merged.
uint64_t btl_memmap_build(void *descriptors, uint64_t size, uint64_t stride,
                          struct btl_own_range *own, uint64_t own_count,
                          struct btlm_memory *ret_map, uint64_t capacity);

BTL_END_DECLS

#endif
