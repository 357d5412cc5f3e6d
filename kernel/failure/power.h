// SPDX-License-Identifier: BSD-2-Clause
// Power-off and reset.
#ifndef KERNEL_POWER_H
#define KERNEL_POWER_H

#include <btl/types.h>

// Try all methods, best first, and halt when none works.
_Noreturn void power_off(void);
_Noreturn void power_reset(void);
// Power off with an exit status, where the machine has a device for that.
_Noreturn void power_off_with(bool good);
// Print the last line of the report of an unattended boot that ends in a panic.
void power_report_panic(void);
// After a panic: end an unattended boot with the status "failed", else halt, so that the text
// stays.
_Noreturn void power_stop_failed(void);

#endif
