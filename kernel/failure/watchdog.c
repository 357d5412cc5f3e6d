// SPDX-License-Identifier: BSD-2-Clause
#include "failure/watchdog.h"

#include "base/arch.h"
#include "console/say.h"
#include "failure/boot_state.h"
#include "failure/give_up.h"
#include "failure/hardware.h"
#include "failure/panic.h"

#include <btl/kernel.h>

// Time limit of a panic, which writes a variable and prints a page of text on a slow line.
#define PANIC_SECONDS 15

static void watchdog_panic(const struct arch_registers *context)
{
    panic_begin();
    kprintf("WATCHDOG: the kernel is not up after %u seconds (boot_timeout)\n",
            boot_entry()->timeout);
    panic_end(context);
}

// If a panic is active it hangs, perhaps in the firmware: only a reset is left.
static void watchdog_expired(const struct arch_registers *context)
{
    if (!panic_is_active())
        arch_watchdog_leave(context, watchdog_panic);
    boot_reset_failed();
}

void watchdog_time_panic(void)
{
    arch_watchdog_extend(PANIC_SECONDS);
}

void watchdog_start(void)
{
    const struct btlm_boot *boot = boot_entry();

    if (boot == NULL || boot->timeout == 0)
        return;
    if (arch_watchdog_start(boot->timeout, watchdog_expired))
        kprintf("watchdog: the kernel must be up in %u seconds\n", boot->timeout);
    else
        kernel_say(BTL_RUN_NO_WATCHDOG);
}

void watchdog_stop(void)
{
    arch_watchdog_stop();
    hardware_watchdog_stop();
}
