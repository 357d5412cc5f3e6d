// SPDX-License-Identifier: BSD-2-Clause
#include "vm/direct_map.h"

#include "base/handoff.h"

#include <btl/kernel.h>

static bool in_bios(uint64_t physical, uint64_t size)
{
    return physical >= BIOS_START &&
           btl_in_range(physical - BIOS_START, size, BIOS_END - BIOS_START);
}

bool direct_map_has_bios(void)
{
    const struct btlm_system *system = boot_system();

    return in_bios(system->acpi_rsdp, 1) || in_bios(system->smbios, 1) ||
           in_bios(system->smbios3, 1);
}

bool direct_map_has(const struct btlm_memory *range)
{
    switch (range->type) {
    case BTLM_MEM_MMIO:
    case BTLM_MEM_BAD:
        return false;
    case BTLM_MEM_RESERVED:
    case BTLM_MEM_PERSISTENT:
        return range->attributes & BTLM_WRITE_BACK;
    default:
        return true;
    }
}

bool direct_map_holds(uint64_t physical, uint64_t size)
{
    const struct btl_manifest *manifest = handoff_manifest();
    uint64_t count = btl_manifest_count(manifest, BTLM_MEMORY);

    if (in_bios(physical, size) && direct_map_has_bios())
        return true;
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_memory *range = btl_manifest_entry(manifest, BTLM_MEMORY, i);
        if (physical >= range->start && btl_in_range(physical - range->start, size, range->size))
            return direct_map_has(range);
    }
    return false;
}
