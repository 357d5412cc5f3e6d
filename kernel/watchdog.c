// SPDX-License-Identifier: BSD-2-Clause
#include "watchdog.h"

#include "arch.h"
#include "boot_state.h"
#include "panic.h"
#include "say.h"

#include <btl/kernel.h>

// A panic that is being shown is the end already.
static void expired(const struct arch_registers *at)
{
    if (panic_is_shown())
        return;
    panic_begin();
    kprintf("WATCHDOG: the kernel is not up after %u seconds (boot_timeout)\n",
            boot_entry()->timeout);
    panic_end(at);
}

void watchdog_start(void)
{
    const struct btlm_boot *boot = boot_entry();

    if (boot == NULL || boot->timeout == 0)
        return;
    if (arch_watchdog_start(boot->timeout, expired))
        kprintf("watchdog: the kernel has to be up in %u seconds\n", boot->timeout);
    else
        kernel_say(BTL_RUN_NO_WATCHDOG);
}

void watchdog_stop(void)
{
    arch_watchdog_stop();
}
