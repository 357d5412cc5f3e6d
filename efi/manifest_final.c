// SPDX-License-Identifier: BSD-2-Clause
// The last that goes into the manifest: the memory map, the times, the checksum. Takes no memory,
// so that nothing is said that is not true any more.
#include "loader.h"

static uint8_t *manifest_bytes(const struct loader *loader)
{
    return (uint8_t *)(uintptr_t)loader->manifest.physical;
}

bool manifest_take_map(struct loader *loader)
{
    struct memory_map *map = &loader->memory_map;
    bool changed;
    if (!memory_map_fetch(map, loader->fw) || !memory_map_build(map, &loader->pages)) {
        btl_report(&loader->diags, BTL_BOOT_MEMORY_MAP, (struct btl_place){0},
                   BTL_ARG(fw_status_name(map->status)), BTL_DEC(map->firmware.size),
                   BTL_DEC(map->firmware.stride));
        return false;
    }
    uint64_t count = memory_map_finish(map, btl_manifest_memory(manifest_bytes(loader)), &changed);
    if (changed || count != loader->manifest_map_count)
        loader->manifest_sealed = false;
    loader->manifest_map_count = count;
    return true;
}

void manifest_seal(struct loader *loader, uint64_t exit_start)
{
    btl_manifest_seal(manifest_bytes(loader), loader->manifest_map_count, exit_start,
                      clock_now(&loader->clock));
    loader->manifest_sealed = true;
}
