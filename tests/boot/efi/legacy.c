// SPDX-License-Identifier: BSD-2-Clause
// Starts \EFI\BTL\LOADER.EFI with the SMBIOS entry point at f04c0, as on PCs with a compatibility
// module: in a part of the first MiB that the memory map lacks.
#include <efi.h>
#include <efilib.h>

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    EFI_GUID smbios = SMBIOS_TABLE_GUID, smbios3 = SMBIOS3_TABLE_GUID;
    EFI_LOADED_IMAGE *self;
    EFI_HANDLE loader;
    InitializeLib(image, system);
    EFI_STATUS status = BS->HandleProtocol(image, &LoadedImageProtocol, (void **)&self);
    if (EFI_ERROR(status))
        return status;
    EFI_DEVICE_PATH *path = FileDevicePath(self->DeviceHandle, L"\\EFI\\BTL\\LOADER.EFI");
    status = BS->LoadImage(FALSE, image, path, NULL, 0, &loader);
    if (EFI_ERROR(status))
        return status;
    BS->InstallConfigurationTable(&smbios3, NULL);
    BS->InstallConfigurationTable(&smbios, (void *)0xf04c0);
    return BS->StartImage(loader, NULL, NULL);
}
