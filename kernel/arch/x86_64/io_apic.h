// SPDX-License-Identifier: BSD-2-Clause
// The I/O APIC: its pins are where interrupts of devices and of the ISA bus arrive. A register is
// chosen, then read or written: with interrupts off.
#ifndef KERNEL_X86_64_IO_APIC_H
#define KERNEL_X86_64_IO_APIC_H

#include <btl/types.h>

enum { IO_APIC_REDIRECTION = 0x10 }; // the first register of pin 0's entry, which has two
// The low half of a redirection entry.
enum {
    IO_APIC_NMI = 4 << 8,
    IO_APIC_ACTIVE_LOW = 1 << 13,
    IO_APIC_LEVEL = 1 << 15,
    IO_APIC_MASKED = 1 << 16
};

// Map the registers; in phase 1 they are in the loader's direct map. NULL: they cannot be mapped.
volatile uint32_t *io_apic_open(uint64_t physical);
void io_apic_close(volatile uint32_t *registers);
uint32_t io_apic_read(volatile uint32_t *registers, uint32_t index);
void io_apic_write(volatile uint32_t *registers, uint32_t index, uint32_t value);
uint32_t io_apic_pins(volatile uint32_t *registers);
// Write a redirection entry, masked until both halves are written.
void io_apic_redirect(volatile uint32_t *registers, uint32_t pin, uint32_t low, uint32_t high);

#endif
