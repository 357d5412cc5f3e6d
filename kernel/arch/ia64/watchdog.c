// SPDX-License-Identifier: BSD-2-Clause
// There is no watchdog: the interval timer's interrupt does not come while psr.i is off, as it is for
// the whole of a boot, and what interrupts without being asked (INIT, PMI) only the platform can send.
#include "arch.h"

bool arch_watchdog_start(uint32_t seconds, void (*expired)(const struct arch_registers *at))
{
    return false;
}

void arch_watchdog_stop(void)
{
}
