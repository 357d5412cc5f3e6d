// SPDX-License-Identifier: BSD-2-Clause
// The firmware's memory map, and its conversion to the manifest's.
#ifndef BTL_EFI_MEMORY_MAP_H
#define BTL_EFI_MEMORY_MAP_H

#include <btl/memmap.h>

#include "pages.h"

struct memory_map {
    struct fw_memory_map firmware;
    struct btl_own_range *own; // buffer to sort the lists of pages
    uint64_t own_capacity;     // entries
    struct btlm_memory *built;
    uint64_t built_count, built_capacity; // entries
    uint64_t attributes;                  // address of the EFI_MEMORY_ATTRIBUTES_TABLE, or 0
    uint64_t attributes_max;              // entries; the manifest has space for these
    fw_status status;                     // of the last failure
};

// Allocate buffers, with space for the growth of the map until the end of the loader. May be called
// again.
bool memory_map_reserve(struct memory_map *map, struct pages *pages);
// Get the firmware's map and check its form. Allocates nothing.
bool memory_map_fetch(struct memory_map *map, struct firmware *fw);
// Convert the fetched map to `built`. Allocates nothing. False: it does not fit.
bool memory_map_build(struct memory_map *map, const struct pages *pages);

// Set the address of the attributes table. Entries that the firmware adds later are ignored: the
// manifest cannot grow.
void memory_map_attributes(struct memory_map *map, uint64_t address);
// Return the maximum number of entries that memory_map_finish() writes.
uint64_t memory_map_capacity(const struct memory_map *map);
// Write `built`, refined by the attributes table, to `to`. Return the number of entries.
// *ret_changed: they differ from the previous content.
uint64_t memory_map_finish(const struct memory_map *map, struct btlm_memory *to, bool *ret_changed);

#endif
