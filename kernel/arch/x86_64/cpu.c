// SPDX-License-Identifier: BSD-2-Clause
// The processor and the ways a PC ends.
#include "arch/x86_64/cpu.h"

#include "base/arch.h"
#include "base/handoff.h"

#include <btl/kernel.h>

#define DEBUG_EXIT_PORT 0xf4 // QEMU: -device isa-debug-exit,iobase=0xf4,iosize=4
enum { DEBUG_EXIT_GOOD = 0x10, DEBUG_EXIT_FAILED = 0x11 }; // exit status 33, 35

void arch_init(void)
{
    descriptors_init();
    paging_init();
}

void arch_pause(void)
{
    __asm__ volatile("pause" : : : "memory");
}

void arch_halt(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

// The processor keeps the instruction cache coherent.
void arch_sync_code(uint64_t address, uint64_t size)
{
}

const size_t arch_descriptor_size = 0;

uint64_t arch_function_entry(uint64_t pointer)
{
    return pointer;
}

bool arch_boot_stack(unsigned index, struct arch_range *ret)
{
    const struct btlm_system *system = boot_system();

    if (index == 0)
        *ret =
            (struct arch_range){system->stack_virtual, system->stack_physical, system->stack_size};
    return index == 0;
}

void arch_debug_exit(bool good)
{
    port_out32(DEBUG_EXIT_PORT, good ? DEBUG_EXIT_GOOD : DEBUG_EXIT_FAILED);
}

// The reset control register of chipsets, then the keyboard controller's reset line.
void arch_reset(void)
{
    port_out8(0xcf9, 0x02);
    port_out8(0xcf9, 0x06);
    port_out8(0x64, 0xfe);
}

uint64_t time_ticks(void)
{
    uint32_t low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

const bool arch_efi_needs_space = true;

// The firmware's functions take the Microsoft calling convention.
uint64_t arch_efi_call(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                       uint64_t e)
{
    typedef uint64_t __attribute__((ms_abi))
    efi_function(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

    return ((efi_function *)function)(a, b, c, d, e);
}
