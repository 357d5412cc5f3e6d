// SPDX-License-Identifier: BSD-2-Clause
// Starts \EFI\BTL\LOADER.EFI, and makes the memory map change under it: just before the first two
// calls of ExitBootServices reach the firmware, a page is allocated, as a timer of a driver might
// do. The firmware then finds the map key stale and refuses, as the UEFI specification says.
#include <efi.h>
#include <efilib.h>

#define COM1    0x3f8
#define CHANGES 2

static EFI_EXIT_BOOT_SERVICES firmware_exit;
static UINTN calls;

// Straight to the port: the console could change the map too.
static void say(const char *text)
{
    for (; *text != '\0'; text++) {
        UINT8 status;
        do
            __asm__ volatile("inb %w1, %0" : "=a"(status) : "Nd"(COM1 + 5));
        while ((status & 0x20) == 0);
        __asm__ volatile("outb %0, %w1" : : "a"(*text), "Nd"(COM1));
    }
}

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
    BS->Hdr.CRC32 = 0;
    BS->CalculateCrc32(&BS->Hdr, BS->Hdr.HeaderSize, &BS->Hdr.CRC32);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    EFI_LOADED_IMAGE *self;
    EFI_HANDLE loader;
    InitializeLib(image, system);
    EFI_STATUS status = BS->HandleProtocol(image, &LoadedImageProtocol, (void **)&self);
    if (EFI_ERROR(status))
        return status;
    EFI_DEVICE_PATH *path = FileDevicePath(self->DeviceHandle, L"\\EFI\\BTL\\LOADER.EFI");
    status = BS->LoadImage(FALSE, image, path, NULL, 0, &loader);
    if (EFI_ERROR(status)) {
        say("STALE: no loader\r\n");
        return status;
    }
    hook();
    return BS->StartImage(loader, NULL, NULL);
}
