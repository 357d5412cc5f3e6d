// SPDX-License-Identifier: BSD-2-Clause
// Fills the firmware's store of variables until no record fits any more, and then starts \EFI\BTL\LOADER.EFI.
#include <efi.h>
#include <efilib.h>

#define ATTRIBUTES                                                                                 \
    (EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

static EFI_GUID own = {
    0x8f0c2b7e, 0x51d4, 0x4c7a, {0x9e, 0x11, 0x2a, 0x6d, 0x33, 0x70, 0x5f, 0xc9}};
static CHAR16 name[] = L"Fill0000";

static void next_name(void)
{
    for (int digit = 7; digit >= 4 && ++name[digit] > L'9'; digit--)
        name[digit] = L'0';
}

// Smaller and smaller ones: what is left in the end is less than a record takes.
static UINTN fill(void)
{
    static UINT8 bytes[8192];
    UINTN count = 0;
    for (UINTN size = sizeof(bytes); size >= 32; size /= 16) {
        while (RT->SetVariable(name, &own, ATTRIBUTES, size, bytes) == EFI_SUCCESS) {
            next_name();
            count++;
        }
    }
    return count;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    EFI_LOADED_IMAGE *self;
    EFI_HANDLE loader;
    InitializeLib(image, system);
    Print(L"FULL: variables written: %d\n", fill());
    if (BS->HandleProtocol(image, &LoadedImageProtocol, (void **)&self) != EFI_SUCCESS)
        return EFI_LOAD_ERROR;
    EFI_DEVICE_PATH *path = FileDevicePath(self->DeviceHandle, L"\\EFI\\BTL\\LOADER.EFI");
    EFI_STATUS status = BS->LoadImage(FALSE, image, path, NULL, 0, &loader);
    return status == EFI_SUCCESS ? BS->StartImage(loader, NULL, NULL) : status;
}
