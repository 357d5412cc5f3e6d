// SPDX-License-Identifier: BSD-2-Clause
// The UEFI shell: a file of the boot volume, else the firmware's.
#include <efi.h>

#include <btl/types.h>

#include "firmware.h"
#include "uefi.h"

#include <btl/mem.h>

// Paths of the shell, in order of preference.
static const CHAR16 *const files[] = {L"\\EFI\\Shell\\Shell.efi", L"\\EFI\\Shell\\" SHELL_FILE,
                                      L"\\" SHELL_FILE};

// The location of a shell: a device and a file.
struct place {
    EFI_HANDLE device;
    struct uefi_node file;
};

static size_t shell_name_size(const CHAR16 *name)
{
    size_t units = 0;
    while (name[units] != 0)
        units++;
    return 2 * (units + 1);
}

static bool shell_find_on_volume(struct uefi *uefi, struct place *ret_place)
{
    EFI_GUID guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
    EFI_FILE_IO_INTERFACE *system;
    EFI_FILE *root, *file;
    size_t i = 0;
    if (uefi->loaded == NULL ||
        uefi->boot->HandleProtocol(uefi->loaded->DeviceHandle, &guid, (void **)&system) !=
            EFI_SUCCESS ||
        system->OpenVolume(system, &root) != EFI_SUCCESS)
        return false;
    for (; i < BTL_COUNT(files); i++) {
        if (root->Open(root, &file, (CHAR16 *)(uintptr_t)files[i], EFI_FILE_MODE_READ, 0) ==
            EFI_SUCCESS) {
            file->Close(file);
            break;
        }
    }
    root->Close(root);
    if (i == BTL_COUNT(files))
        return false;
    ret_place->device = uefi->loaded->DeviceHandle;
    uefi_node_make(&ret_place->file, UEFI_MEDIA_FILE, files[i], shell_name_size(files[i]));
    return true;
}

static bool shell_is_in_volume(EFI_BOOT_SERVICES *boot, EFI_HANDLE device, EFI_GUID *file)
{
    EFI_GUID guid = UEFI_FIRMWARE_VOLUME2_GUID;
    struct uefi_firmware_volume2 *volume;
    UINTN size = 0;
    uint8_t type;
    uint32_t attributes, authentication;
    // Without a buffer, only the size is returned.
    return boot->HandleProtocol(device, &guid, (void **)&volume) == EFI_SUCCESS &&
           volume->read_file(volume, file, NULL, &size, &type, &attributes, &authentication) ==
               EFI_SUCCESS;
}

static bool shell_find_in_firmware(struct uefi *uefi, struct place *ret_place)
{
    EFI_GUID guid = UEFI_FIRMWARE_VOLUME2_GUID, shell = UEFI_SHELL_FILE_GUID;
    EFI_HANDLE *devices = NULL;
    UINTN count = 0, i = 0;
    if (uefi->boot->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &devices) != EFI_SUCCESS)
        return false;
    while (i < count && !shell_is_in_volume(uefi->boot, devices[i], &shell))
        i++;
    bool found = i < count;
    if (found) {
        ret_place->device = devices[i];
        uefi_node_make(&ret_place->file, UEFI_MEDIA_FV_FILE, &shell, sizeof(shell));
    }
    uefi->boot->FreePool(devices);
    return found;
}

static bool shell_find(struct uefi *uefi, struct place *ret_place)
{
    return shell_find_on_volume(uefi, ret_place) || shell_find_in_firmware(uefi, ret_place);
}

static bool shell_exists(struct firmware *fw)
{
    struct place place;
    return shell_find(uefi_of(fw), &place);
}

// Do not run the startup script: it may start this loader.
static void shell_set_options(struct uefi *uefi, EFI_HANDLE shell)
{
    static CHAR16 options[] = L"-nostartup";
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    EFI_LOADED_IMAGE *loaded;
    if (uefi->boot->HandleProtocol(shell, &guid, (void **)&loaded) != EFI_SUCCESS)
        return;
    loaded->LoadOptions = options;
    loaded->LoadOptionsSize = sizeof(options);
}

static fw_status shell_load(struct uefi *uefi, const struct place *place, EFI_HANDLE *ret_shell)
{
    uint8_t *path;
    EFI_HANDLE shell = NULL;
    EFI_STATUS status = uefi_path_make(uefi, place->device, &place->file, &path);
    if (status != EFI_SUCCESS)
        return status;
    status =
        uefi->boot->LoadImage(FALSE, uefi->image, (EFI_DEVICE_PATH *)(void *)path, NULL, 0, &shell);
    uefi->boot->FreePool(path);
    if (status == EFI_SUCCESS)
        *ret_shell = shell;
    else if (shell != NULL) // loaded, but rejected by Secure Boot
        uefi->boot->UnloadImage(shell);
    return status;
}

// Run the shell. Its exit status is ignored. It may change the console's mode, which is restored.
static fw_status shell_run(struct firmware *fw)
{
    struct uefi *uefi = uefi_of(fw);
    SIMPLE_TEXT_OUTPUT_INTERFACE *console = uefi->system->ConOut;
    struct place place;
    EFI_HANDLE shell;
    if (!shell_find(uefi, &place))
        return FW_NOT_FOUND;
    fw_status status = shell_load(uefi, &place, &shell);
    if (status != FW_SUCCESS)
        return status;
    INT32 mode = console != NULL && console->Mode != NULL ? console->Mode->Mode : 0;
    shell_set_options(uefi, shell);
    uefi->boot->StartImage(shell, NULL, NULL);
    if (console != NULL && console->Mode != NULL && console->Mode->Mode != mode)
        console->SetMode(console, (UINTN)mode);
    fw->screen_style(fw, FW_STYLE_NORMAL);
    return FW_SUCCESS;
}

void shell_uefi(struct firmware *ret_fw)
{
    ret_fw->has_shell = shell_exists;
    ret_fw->run_shell = shell_run;
}
