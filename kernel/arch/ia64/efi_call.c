// SPDX-License-Identifier: BSD-2-Clause
// Runtime services are called in physical mode (UEFI, 2.3.3), with stacks at physical addresses. An
// interruption in the firmware has no way back: the vectors are at a virtual address.
#include "arch.h"
#include "arch/ia64/cpu.h"
#include "arch/ia64/traps.h"

#include <btl/kernel.h>

#define STACK_SIZE 0x8000

static uint8_t stack[STACK_SIZE] __attribute__((aligned(16)));
static uint8_t backing_store[STACK_SIZE] __attribute__((aligned(512)));

// `function` is the physical address of a descriptor.
uint64_t arch_efi_call(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                       uint64_t e)
{
    const struct descriptor *descriptor = phys_to_virt(function);
    const struct efi_call call = {
        .entry = descriptor->entry,
        .gp = descriptor->gp,
        .arguments = {a, b, c, d, e},
        .sp = physical_of(stack) + STACK_SIZE - 16,
        .backing_store = physical_of(backing_store),
        .vectors = physical_of(ivt),
    };

    return efi_call_physical(&call);
}
