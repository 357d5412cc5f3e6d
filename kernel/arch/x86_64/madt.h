// SPDX-License-Identifier: BSD-2-Clause
// Where interrupts arrive, from ACPI's Multiple APIC Description Table (ACPI 6.5, 5.2.12).
#ifndef KERNEL_X86_64_MADT_H
#define KERNEL_X86_64_MADT_H

#include <btl/types.h>

struct interrupt_pin {
    uint64_t io_apic; // physical address of its registers
    uint32_t pin;     // of that I/O APIC
    bool active_low, level;
};

enum { ISA_INTERRUPTS = 16 };

// Find the pin of an interrupt of the ISA bus (0 to 15), or of a global one. An interrupt that the
// table says nothing about is edge-triggered and active high if it is one of the ISA bus, else
// level-triggered and active low. False: no such table, a damaged one, or no I/O APIC for it.
bool madt_find_interrupt(uint32_t number, struct interrupt_pin *ret);
// The interval timer's. False: also if it is not edge-triggered.
bool madt_find_timer(struct interrupt_pin *ret);
// The physical address of I/O APIC number `index` of the table. False: there are no more.
bool madt_io_apic(uint32_t index, uint64_t *ret_physical);

#endif
