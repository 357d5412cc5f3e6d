// SPDX-License-Identifier: BSD-2-Clause
// Starts \EFI\BTL\LOADER.EFI when a key has been pressed, and leaves the key to the loader.
#include "start.h"

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    InitializeLib(image, system);
    say("TYPED: waiting for a key\r\n");
    while (BS->CheckEvent(ST->ConIn->WaitForKey) != EFI_SUCCESS)
        BS->Stall(10000);
    return start_loader(image, NULL);
}
