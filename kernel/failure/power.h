// SPDX-License-Identifier: BSD-2-Clause
// How the machine ends.
#ifndef KERNEL_POWER_H
#define KERNEL_POWER_H

#include <btl/types.h>

// Each tries the ways there are, best first, and halts when none works.
_Noreturn void power_off(void);
_Noreturn void power_reset(void);
// Powers off with an exit status, where something outside can read it.
_Noreturn void power_off_with(bool good);
// The last line of a report, where one is wanted.
void power_report_panic(void);
// After a panic: unattended, ends with the status "failed"; else halts, so that the text stays.
_Noreturn void power_stop_failed(void);

#endif
