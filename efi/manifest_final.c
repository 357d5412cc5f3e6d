// SPDX-License-Identifier: BSD-2-Clause
// The last parts of the manifest: memory map, times, checksum. Allocates nothing, so the memory map
// stays true.
#include "boot.h"

static uint8_t *manifest_bytes(const struct boot *boot)
{
    return (uint8_t *)(uintptr_t)boot->res.manifest.physical;
}

bool manifest_update_map(struct boot *boot)
{
    struct memory_map *map = &boot->res.memory_map;
    bool changed;
    if (!memory_map_fetch(map, boot->fw) || !memory_map_build(map, &boot->res.pages)) {
        btl_report(boot->attempt.diags, BTL_BOOT_MEMORY_MAP, (struct btl_place){0},
                   BTL_ARG(fw_status_name(map->status)), BTL_DEC(map->firmware.size),
                   BTL_DEC(map->firmware.stride));
        return false;
    }
    uint64_t count = memory_map_finish(map, btl_manifest_memory(manifest_bytes(boot)), &changed);
    if (changed || count != boot->res.manifest_map_count)
        boot->res.manifest_sealed = false;
    boot->res.manifest_map_count = count;
    return true;
}

void manifest_seal(struct boot *boot, uint64_t last_start)
{
    btl_manifest_seal(manifest_bytes(boot), boot->res.manifest_map_count, last_start,
                      clock_now(&boot->clock));
    boot->res.manifest_sealed = true;
}

void manifest_clear_seed(struct boot *boot)
{
    btl_manifest_clear_seed(manifest_bytes(boot));
}

void manifest_set_seed(struct boot *boot)
{
    if (boot->seeded)
        btl_manifest_set_seed(manifest_bytes(boot), boot->seed);
}
