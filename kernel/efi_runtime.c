// SPDX-License-Identifier: BSD-2-Clause
// Runtime services run identity-mapped: SetVirtualAddressMap is never called. The kernel's own
// space has no identity map, so there is a second one: the kernel's half beside an identity map of
// the ranges that the firmware marks for run time.
//
// Permissions there follow the EFI_MEMORY_RO and EFI_MEMORY_XP bits of the memory map. Most
// firmware sets neither, and keeps code and data of its drivers in one range, so that nothing tells
// them apart: then runtime code ranges are mapped RWX, in this space alone, which is in use only
// during a call. No such mapping exists in the space in which the kernel and modules run.
#include "efi_runtime.h"

#include "arch.h"
#include "handoff.h"
#include "vm/vm.h"

#include <btl/kernel.h>

#define EFI_MEMORY_RUNTIME (1ull << 63)
#define EFI_MEMORY_UC      (1ull << 0)
#define EFI_MEMORY_WB      (1ull << 3)
#define EFI_MEMORY_XP      (1ull << 14)
#define EFI_MEMORY_RO      (1ull << 17)

// Offsets in EFI_SYSTEM_TABLE and EFI_RUNTIME_SERVICES (UEFI 2.10, 4.3 and 4.5).
#define SYSTEM_TABLE_RUNTIME 88
#define RUNTIME_RESET_SYSTEM 104

static uint32_t flags_for(const struct btlm_memory *range)
{
    uint32_t flags = BTL_PERM_READ;
    bool code = range->type == BTLM_MEM_RUNTIME_CODE;

    if ((range->attributes & EFI_MEMORY_UC) && !(range->attributes & EFI_MEMORY_WB))
        flags |= MAP_UNCACHED;
    if (!(range->attributes & EFI_MEMORY_RO))
        flags |= BTL_PERM_WRITE;
    if (code && !(range->attributes & EFI_MEMORY_XP))
        flags |= BTL_PERM_EXEC | MAP_FIRMWARE;
    return flags;
}

static bool is_runtime(const struct btlm_memory *range)
{
    return range->type == BTLM_MEM_RUNTIME_CODE || range->type == BTLM_MEM_RUNTIME_DATA ||
           (range->attributes & EFI_MEMORY_RUNTIME);
}

static bool build_space(struct arch_space *ret_space)
{
    const struct btl_manifest *manifest = handoff_manifest();
    uint64_t count = btl_manifest_count(manifest, BTLM_MEMORY);

    if (!arch_space_create_beside(vm_space(), ret_space))
        return false;
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_memory *range = btl_manifest_entry(manifest, BTLM_MEMORY, i);
        if (is_runtime(range) &&
            !arch_map(ret_space, range->start, range->start, range->size, flags_for(range)))
            return false;
    }
    return true;
}

static uint64_t read_pointer(uint64_t physical)
{
    uint64_t value;

    memcpy(&value, phys_to_virt(physical), sizeof(value));
    return value;
}

void efi_reset_system(enum efi_reset type)
{
    uint64_t table, runtime, reset;
    struct arch_space space;

    table = btl_manifest_system(handoff_manifest())->efi_system_table;
    if (table == 0 || !vm_ready() || !build_space(&space))
        return;
    runtime = read_pointer(table + SYSTEM_TABLE_RUNTIME);
    reset = read_pointer(runtime + RUNTIME_RESET_SYSTEM);
    arch_space_use(&space);
    arch_efi_call(reset, type, 0, 0, 0, 0);
    arch_space_use(vm_space()); // it returned: the firmware could not
}
