// SPDX-License-Identifier: BSD-2-Clause
#include "failure/power.h"

#include "base/arch.h"
#include "base/handoff.h"
#include "failure/run_record.h"
#include "firmware/efi_runtime.h"

#include <btl/kernel.h>

void power_off(void)
{
    run_record_write(BTL_RUN_LEFT);
    efi_reset_system(EFI_RESET_SHUTDOWN);
    kprintf("The firmware did not power off. It is safe to switch off now.\n");
    arch_halt();
}

void power_reset(void)
{
    run_record_write(BTL_RUN_LEFT);
    efi_reset_system(EFI_RESET_COLD);
    arch_reset();
    kprintf("The machine could not be reset. Switch it off and on.\n");
    arch_halt();
}

void power_off_with(bool good)
{
    run_record_write(BTL_RUN_LEFT);
    arch_debug_exit(good);
    power_off();
}

void power_report_panic(void)
{
    if (handoff_ready() && options_unattended())
        kprintf(
            "BTL-REPORT end failed required=unknown checks_failed=0 modules_failed=0 panic=1\n");
}

void power_stop_failed(void)
{
    power_report_panic();
    if (handoff_ready() && options_unattended())
        arch_debug_exit(false);
    arch_halt();
}
