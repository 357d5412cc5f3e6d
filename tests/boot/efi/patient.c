// SPDX-License-Identifier: BSD-2-Clause
// Starts \EFI\BTL\LOADER.EFI, for which no time goes by while it waits for a terminal's answer: how
// soon a test gives it depends on how busy its host is.
#include "start.h"

#define STEP_US 1000 // drivers wait in smaller ones for the line

static EFI_STALL firmware_stall;

static EFI_TPL level(void)
{
    EFI_TPL now = BS->RaiseTPL(TPL_HIGH_LEVEL);
    BS->RestoreTPL(now);
    return now;
}

// The loader keeps the firmware's terminal driver off while it asks a terminal, and at no other
// time.
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
