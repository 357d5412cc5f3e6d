// SPDX-License-Identifier: BSD-2-Clause
// Prints the processor's interval timer and the vector of its interrupt.
#include <btl/module.h>

static int timer_load(const struct btl_load_args *args)
{
    uint64_t psr, itm, itv, tpr;

    __asm__ volatile("mov %0 = psr" : "=r"(psr));
    __asm__ volatile("mov %0 = cr.itm" : "=r"(itm));
    __asm__ volatile("mov %0 = cr.itv" : "=r"(itv));
    __asm__ volatile("mov %0 = cr.tpr" : "=r"(tpr));
    kprintf("timer: interrupts %u itm %lx itv %lx tpr %lx\n", (unsigned)(psr >> 14 & 1),
            (unsigned long)itm, (unsigned long)itv, (unsigned long)tpr);
    return 0;
}

BTL_MODULE("timer", .load = timer_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
