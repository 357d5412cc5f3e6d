// SPDX-License-Identifier: BSD-2-Clause
#include "arch/x86_64/io_apic.h"

#include "vm/vm.h"

#include <btl/kernel.h>

enum { IO_APIC_PAGE = 4096, SELECT = 0, WINDOW = 4 }; // index of 32-bit registers
enum { VERSION = 1 };

volatile uint32_t *io_apic_open(uint64_t physical)
{
    return vm_ready() ? map_device(physical, IO_APIC_PAGE) : phys_to_virt(physical);
}

void io_apic_close(volatile uint32_t *registers)
{
    if (vm_ready())
        unmap_device((void *)(uintptr_t)registers, IO_APIC_PAGE);
}

uint32_t io_apic_read(volatile uint32_t *registers, uint32_t index)
{
    registers[SELECT] = index;
    return registers[WINDOW];
}

void io_apic_write(volatile uint32_t *registers, uint32_t index, uint32_t value)
{
    registers[SELECT] = index;
    registers[WINDOW] = value;
}

uint32_t io_apic_pins(volatile uint32_t *registers)
{
    return (io_apic_read(registers, VERSION) >> 16 & 0xff) + 1;
}

void io_apic_redirect(volatile uint32_t *registers, uint32_t pin, uint32_t low, uint32_t high)
{
    uint32_t index = IO_APIC_REDIRECTION + 2 * pin;

    io_apic_write(registers, index, IO_APIC_MASKED);
    io_apic_write(registers, index + 1, high);
    io_apic_write(registers, index, low);
}
