// SPDX-License-Identifier: BSD-2-Clause
// Starts \EFI\BTL\LOADER.EFI and changes the memory map: the first two calls of ExitBootServices
// allocate a page first, as a driver's timer might. The firmware then rejects the stale map key.
#include "start.h"

#define CHANGES 2

static EFI_EXIT_BOOT_SERVICES firmware_exit;
static UINTN calls;

static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE image, UINTN key)
{
    EFI_PHYSICAL_ADDRESS page;
    if (calls++ < CHANGES)
        BS->AllocatePages(AllocateAnyPages, EfiLoaderData, 1, &page);
    EFI_STATUS status = firmware_exit(image, key);
    say(status == EFI_SUCCESS             ? "STALE: ExitBootServices went through\r\n"
        : status == EFI_INVALID_PARAMETER ? "STALE: ExitBootServices refused a stale key\r\n"
                                          : "STALE: ExitBootServices failed\r\n");
    return status;
}

static void hook(void)
{
    firmware_exit = BS->ExitBootServices;
    BS->ExitBootServices = exit_boot_services;
    hooked(&BS->Hdr);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    InitializeLib(image, system);
    return start_loader(image, hook);
}
