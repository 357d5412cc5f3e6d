// SPDX-License-Identifier: BSD-2-Clause
// The firmware's memory map: asked for, and turned into the manifest's.
#ifndef BTL_EFI_MEMORY_MAP_H
#define BTL_EFI_MEMORY_MAP_H

#include <btl/memmap.h>

#include "pages.h"

struct memory_map {
    struct fw_memory_map firmware;
    struct btl_own_range *own; // room to sort the lists of pages in
    uint64_t own_capacity;     // entries
    struct btlm_memory *built;
    uint64_t built_count, built_capacity; // entries
    uint64_t attributes;                  // address of the EFI_MEMORY_ATTRIBUTES_TABLE, or 0
    uint64_t attributes_max;              // entries that the manifest has room for
    fw_status status;                     // of the last fetch that failed
};

// Takes buffers with room for what the map may grow by until the loader is done. May be called
// again.
bool memory_map_reserve(struct memory_map *map, struct pages *pages);
// Asks the firmware and checks the form of its answer. Takes nothing.
bool memory_map_fetch(struct memory_map *map, struct firmware *fw);
// Sorts and types what was fetched into `built`. Takes nothing. False: it does not fit.
bool memory_map_build(struct memory_map *map, const struct pages *pages);

// Of the attributes table at that address so many entries count as it has now: it is the
// firmware's, and the manifest cannot grow with it.
void memory_map_attributes(struct memory_map *map, uint64_t address);
// How many entries memory_map_finish() writes at most.
uint64_t memory_map_capacity(const struct memory_map *map);
// Writes `built`, refined by the attributes table, to `to`. Returns the number of entries.
// *ret_changed: they are not what was there before.
uint64_t memory_map_finish(const struct memory_map *map, struct btlm_memory *to, bool *ret_changed);

#endif
