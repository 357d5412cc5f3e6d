// SPDX-License-Identifier: BSD-2-Clause
// The kernel uses no interrupt of an ia64 machine but the watchdog's: drivers poll, and timeouts
// run while the kernel waits. PSR.i belongs to the watchdog (watchdog.c), so nothing here changes
// it.
#include "base/arch.h"

bool arch_interrupts_start(struct btl_out *description)
{
    btl_format(description, "on ia64 it knows no interrupt controller");
    return false;
}

bool arch_interrupts_off(void)
{
    return false;
}

void arch_interrupts_restore(bool on)
{
}

void arch_interrupts_wait(void)
{
    arch_pause();
}

bool arch_line_route(uint32_t line, bool of_pci, uint32_t slot)
{
    return false;
}

void arch_line_switch(uint32_t line, bool on)
{
}

void arch_message(uint32_t slot, uint64_t *ret_address, uint32_t *ret_data)
{
    *ret_address = 0;
    *ret_data = 0;
}

void arch_timer_set(uint64_t ticks)
{
}
