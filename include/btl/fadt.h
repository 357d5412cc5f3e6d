// SPDX-License-Identifier: BSD-2-Clause
// ACPI's table FADT ("FACP"): where the power management timer is (ACPI 6.5, 4.8.3.3 and 5.2.9).
#ifndef BTL_FADT_H
#define BTL_FADT_H

#include <btl/types.h>

BTL_BEGIN_DECLS

#define BTL_FADT_TIMER_RATE 3579545u // per second

struct btl_fadt_timer {
    uint16_t port; // 0: none
    uint32_t mask; // of the count: 24 or 32 bits
};

// Find the timer. Return NULL, or what is wrong with the table, or why the machine has no timer
// that can be read: then *ret_timer has no port.
const char *btl_fadt_read(struct btl_bytes table, struct btl_fadt_timer *ret_timer);

BTL_END_DECLS

#endif
