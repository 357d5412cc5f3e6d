// SPDX-License-Identifier: BSD-2-Clause
// The first owner of a page, by its range in the memory map.
#include "vm/page.h"

static const uint8_t owner_of_type[BTLM_MEM_TYPES] = {
    [BTLM_MEM_USABLE] = PF_FREE,           [BTLM_MEM_BOOT_SERVICES] = PF_LOADER,
    [BTLM_MEM_LOADER] = PF_LOADER,         [BTLM_MEM_STAGED] = PF_STAGED,
    [BTLM_MEM_KERNEL] = PF_KERNEL,         [BTLM_MEM_MODULES] = PF_BOOT_MODULE,
    [BTLM_MEM_EARLY] = PF_EARLY,           [BTLM_MEM_MANIFEST] = PF_MANIFEST,
    [BTLM_MEM_ACPI_RECLAIM] = PF_FIRMWARE, [BTLM_MEM_ACPI_NVS] = PF_FIRMWARE,
    [BTLM_MEM_RUNTIME_CODE] = PF_FIRMWARE, [BTLM_MEM_RUNTIME_DATA] = PF_FIRMWARE,
    [BTLM_MEM_MMIO] = PF_FIRMWARE,         [BTLM_MEM_PERSISTENT] = PF_FIRMWARE,
    [BTLM_MEM_RESERVED] = PF_FIRMWARE,     [BTLM_MEM_BAD] = PF_FIRMWARE,
};

enum pf_owner pf_owner_of_type(enum btlm_memory_type type)
{
    return owner_of_type[type];
}

// Memory that is free, or will be, must allow write-back caching; other memory stays the
// firmware's.
enum pf_owner pf_owner_of(const struct btlm_memory *range)
{
    enum pf_owner owner = owner_of_type[range->type];
    bool given_out = owner == PF_FREE || owner == PF_LOADER;

    return given_out && !btlm_is_write_back(range) ? PF_FIRMWARE : owner;
}
