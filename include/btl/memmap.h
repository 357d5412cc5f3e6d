// SPDX-License-Identifier: BSD-2-Clause
// From the firmware's memory map to the manifest's: sorted, merged, with the loader's own ranges
// typed. The firmware's answer is not trusted: overlaps, wrap-around and odd sizes are survived.
#ifndef BTL_MEMMAP_H
#define BTL_MEMMAP_H

#include <btl/manifest.h>

// One descriptor of GetMemoryMap (UEFI 2.10, 7.2.3), as it lies there; the stride is given apart.
struct btl_efi_memory {
    uint32_t type, pad;
    uint64_t physical, virtual_address, pages, attributes;
};
_Static_assert(sizeof(struct btl_efi_memory) == 40, "EFI_MEMORY_DESCRIPTOR");

// A range that the loader has taken and knows better than the firmware.
struct btl_own_range {
    uint64_t start, size; // physical, multiples of the page size
    enum btlm_memory_type type;
};

// Builds ret_map[capacity] from `size` bytes of descriptors `stride` bytes apart, splitting them at
// the own ranges. Sorts both inputs in place (heap sort: no memory, no quadratic case). Linear
// apart from that. Returns the number of entries needed; the map is complete when that is not above
// capacity. 0 when the stride is too small for a descriptor.
//
// Own ranges win over every descriptor, keep the firmware type and attributes of what lies under
// them, and are there even where the firmware describes nothing; they must not overlap each other.
// Where descriptors overlap, the more restrictive type wins: usable < boot services < loader < ACPI
// reclaim < persistent < ACPI NVS < runtime data < runtime code < MMIO < reserved < bad; of one
// type, the descriptor that reaches furthest. Unknown firmware types are reserved. Descriptors that
// are not whole pages shrink to whole ones where the kernel may take the memory (the first four
// types), and grow where it may not. Descriptors that leave the address space are ignored in the
// first case and cut off in the second; its last page cannot be described. Neighbours of equal
// type, firmware type and attributes are merged.
uint64_t btl_memmap_build(void *descriptors, uint64_t size, uint64_t stride,
                          struct btl_own_range *own, uint64_t own_count,
                          struct btlm_memory *ret_map, uint64_t capacity);

#endif
