// SPDX-License-Identifier: BSD-2-Clause
// Creates a boot entry with options for \EFI\BTL\LOADER.EFI, selects it for the next boot and
// resets the machine.
#include <efi.h>
#include <efilib.h>

#define ATTRIBUTES                                                                                 \
    (EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

static EFI_GUID global = EFI_GLOBAL_VARIABLE;
static CHAR16 title[] = L"BTL with options", options[] = L"-c /loader.conf.d/entry.conf";

static UINT8 *put(UINT8 *to, const void *from, UINTN size)
{
    CopyMem(to, (void *)(UINTN)from, size);
    return to + size;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    static UINT8 option[1024];
    EFI_LOADED_IMAGE *self;
    UINT32 active = 1;
    UINT16 number = 0x12ab;
    InitializeLib(image, system);
    if (BS->HandleProtocol(image, &LoadedImageProtocol, (void **)&self) != EFI_SUCCESS)
        return EFI_LOAD_ERROR;
    EFI_DEVICE_PATH *path = FileDevicePath(self->DeviceHandle, L"\\EFI\\BTL\\LOADER.EFI");
    UINT16 size = (UINT16)DevicePathSize(path);
    UINT8 *end = put(option, &active, sizeof(active));
    end = put(end, &size, sizeof(size));
    end = put(end, title, sizeof(title));
    end = put(end, path, size);
    end = put(end, options, sizeof(options));
    EFI_STATUS status =
        RT->SetVariable(L"Boot12AB", &global, ATTRIBUTES, (UINTN)(end - option), option);
    if (status == EFI_SUCCESS)
        status = RT->SetVariable(L"BootNext", &global, ATTRIBUTES, sizeof(number), &number);
    Print(L"ENTRY: %r\n", status);
    RT->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
    return status;
}
