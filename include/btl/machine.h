// SPDX-License-Identifier: BSD-2-Clause
// The machines that BTL boots: one row for each, in core/elf/machine.c. The relocators are separate
// (core/link/reloc.h).
#ifndef BTL_MACHINE_H
#define BTL_MACHINE_H

#include <btl/elf_format.h>
#include <btl/types.h>

BTL_BEGIN_DECLS

struct btl_machine {
    uint16_t number;       // e_machine
    const char *name;      // "x86-64"
    struct btl_str loader; // the loader's path on the boot volume: "/EFI/BOOT/BOOTX64.EFI"

    // The address space at hand-off (btl/boot.h).
    uint64_t direct_map, direct_map_size_max;
    uint64_t window, window_size;
    // Powers of two, at least a page. The virtual and the physical address of the kernel, and of
    // the other ranges of the window, are equal modulo these.
    uint64_t kernel_align, range_align;
    uint64_t handoff_size;       // size and alignment of the hand-off area
    uint64_t stack_guard;        // unmapped bytes below each stack
    uint64_t backing_store_size; // of the register stack's memory, above the stack; 0: none

    // Relocation types (psABI).
    uint32_t reloc_relative;  // *place = base + addend
    uint32_t reloc_address64; // *place = symbol + addend, 64 bits
};

#define BTL_MACHINES      3
#define BTL_MACHINE_NAMES "x86-64, ia64 or aarch64" // for messages
extern const struct btl_machine btl_machines[BTL_MACHINES];

// Return a machine; NULL: BTL does not boot that machine.
const struct btl_machine *btl_machine_find(uint16_t number);
const struct btl_machine *btl_machine_named(struct btl_str name);
// Return the name of any machine, for messages, or "unknown".
const char *btl_machine_name(uint16_t number);

BTL_END_DECLS

#endif
