// SPDX-License-Identifier: BSD-2-Clause
// Starts \EFI\BTL\LOADER.EFI with an endless wait for a terminal's answer, because a busy host may
// delay the test's answer.
#include "start.h"

#define STEP_US 1000 // drivers wait in smaller steps

static EFI_STALL firmware_stall;

static EFI_TPL level(void)
{
    EFI_TPL now = BS->RaiseTPL(TPL_HIGH_LEVEL);
    BS->RestoreTPL(now);
    return now;
}

// Only during the query of the terminal, the loader raises the TPL.
static EFI_STATUS EFIAPI stall(UINTN microseconds)
{
    if (microseconds < STEP_US || level() != TPL_NOTIFY)
        return firmware_stall(microseconds);
    wait_for_byte();
    return EFI_SUCCESS;
}

static void hook(void)
{
    firmware_stall = BS->Stall;
    BS->Stall = stall;
    hooked(&BS->Hdr);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    InitializeLib(image, system);
    return start_loader(image, hook);
}
