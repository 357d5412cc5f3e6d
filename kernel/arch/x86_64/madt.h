// SPDX-License-Identifier: BSD-2-Clause
// The pin of the PC's interval timer, from ACPI's Multiple APIC Description Table
// (ACPI 6.5, 5.2.12).
#ifndef KERNEL_X86_64_MADT_H
#define KERNEL_X86_64_MADT_H

#include <btl/types.h>

struct timer_pin {
    uint64_t io_apic; // physical address of its registers
    uint32_t pin;     // of that I/O APIC
    bool active_low;
};

// False: no such table, a damaged one, or a timer that is not edge-triggered.
bool madt_find_timer(struct timer_pin *ret);

#endif
