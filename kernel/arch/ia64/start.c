// SPDX-License-Identifier: BSD-2-Clause
// Before kmain(): the console needs the address of the I/O port space, and the first tree the
// caching of memory, both from the memory map in the manifest.
#include "arch/ia64/cpu.h"
#include "base/handoff.h"

#include <btl/boot.h>
#include <btl/kernel.h>

#define EFI_IO_PORT_SPACE 12 // EfiMemoryMappedIOPortSpace

_Noreturn void ia64_start(const void *address);
_Noreturn void kmain(const void *manifest);

static uint64_t find_in_map(const struct btl_manifest *manifest)
{
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *range = btl_manifest_entry(manifest, BTLM_MEMORY, i);
        if (range->efi_type == EFI_IO_PORT_SPACE && range->start % PORT_SPACE_SIZE == 0)
            return range->start;
    }
    return 0;
}

// Without an entry in the map, use the address that SAL has left in ar.k0.
static uint64_t io_port_space(const struct btl_manifest *manifest)
{
    uint64_t base = find_in_map(manifest);

    return base != 0 ? base : read_io_base() & ~(PORT_SPACE_SIZE - 1) & (BTL_IA64_PHYSICAL_END - 1);
}

void ia64_start(const void *address)
{
    struct btl_manifest manifest;

    if (!handoff_peek(address, &manifest))
        manifest = (struct btl_manifest){.table = {{0}}};
    port_init(io_port_space(&manifest));
    paging_know_memory(&manifest);
    kmain(address);
}
