// SPDX-License-Identifier: BSD-2-Clause
// Before kmain(): the console needs the I/O port space, which the memory map in the manifest names.
#include "arch/ia64/cpu.h"
#include "handoff.h"

#include <btl/kernel.h>

#define EFI_IO_PORT_SPACE   12 // EfiMemoryMappedIOPortSpace
#define IO_PORT_SPACE_ALIGN (64ull << 20)

_Noreturn void ia64_start(const void *manifest);
_Noreturn void kmain(const void *manifest);

// Unchecked: handoff_adopt() looks at the manifest once more, and says what is wrong with it.
static uint64_t find_in_map(const struct btl_manifest *manifest)
{
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *range = btl_manifest_entry(manifest, BTLM_MEMORY, i);
        if (range->efi_type == EFI_IO_PORT_SPACE)
            return range->start;
    }
    return 0;
}

// Without an entry in the map, what SAL has left in the register that is meant for it.
static uint64_t io_port_space(const void *address)
{
    struct btl_manifest manifest;
    uint64_t base = handoff_peek(address, &manifest) ? find_in_map(&manifest) : 0;

    return base != 0 ? base : read_io_base() & ~(IO_PORT_SPACE_ALIGN - 1) & ~(0xfull << 60);
}

void ia64_start(const void *manifest)
{
    port_init(io_port_space(manifest));
    kmain(manifest);
}
