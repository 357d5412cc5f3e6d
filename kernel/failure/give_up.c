// SPDX-License-Identifier: BSD-2-Clause
#include "failure/give_up.h"

#include "base/arch.h"
#include "console/say.h"
#include "failure/boot_state.h"
#include "failure/power.h"
#include "failure/run_record.h"
#include "failure/watchdog.h"
#include "vm/vm.h"

#include <btl/config.h>
#include <btl/kernel.h>

static bool fallback_lost;

// The last good configuration itself has no fallback: the next boot would boot it again.
bool boot_can_fall_back(void)
{
    return boot_has(BTLM_BOOT_FALLBACK) && !boot_is_ok() && !fallback_lost;
}

void boot_start_vm(void)
{
    if (!vm_begun())
        vm_init();
}

void boot_give_up_prepare(void)
{
    if (boot_can_fall_back())
        efi_runtime_usable();
}

bool boot_give_up_record(struct btl_str text)
{
    if (!boot_can_fall_back())
        return false;
    boot_start_vm();
    if (boot_record_failure(text))
        return true;
    if (!boot_has(BTLM_BOOT_TRIAL)) {
        fallback_lost = true;
        kernel_say(BTL_RUN_NOT_GIVEN_UP);
    }
    return false;
}

void boot_give_up_reset(bool recorded)
{
    if (!boot_can_fall_back())
        return;
    if (recorded)
        kprintf("The failure is recorded; resetting to boot the last good configuration.\n");
    else
        kprintf("Resetting: the loader counts the tries of this configuration.\n");
    power_reset();
}

void boot_give_up(struct btl_str text)
{
    bool recorded = boot_give_up_record(text);

    run_record_write(BTL_RUN_GIVEN_UP);
    boot_give_up_reset(recorded);
}

void boot_reset_failed(void)
{
    if (boot_can_fall_back() || (boot_has(BTLM_BOOT_TRIAL) && !boot_is_ok()))
        arch_reset();
}
