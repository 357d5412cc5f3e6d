// SPDX-License-Identifier: BSD-2-Clause
// There is none: the interval timer (cr.itm) comes as an external interrupt, which PSR.i holds back,
// and nothing but a TLB miss comes back from its vector.
#include "arch.h"

bool arch_watchdog_start(uint32_t seconds, uint32_t again,
                         void (*expired)(const struct arch_registers *at))
{
    return false;
}

void arch_watchdog_stop(void)
{
}

_Noreturn void arch_watchdog_leave(const struct arch_registers *at,
                                   void (*next)(const struct arch_registers *at))
{
    next(at);
    arch_halt();
}
