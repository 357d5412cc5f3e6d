// SPDX-License-Identifier: BSD-2-Clause
// Starts \EFI\BTL\LOADER.EFI on a slow disk that then hangs. The watchdog's time is shorter, so
// that the test takes no minutes.
#include <efi.h>
#include <efilib.h>

#define WATCHDOG_S 2
#define READ_US    400000
#define READS      8 // reads before the hang; together longer than the watchdog's time

static EFI_SET_WATCHDOG_TIMER set_watchdog;
static EFI_VOLUME_OPEN open_volume;
static EFI_FILE_OPEN open_file;
static EFI_FILE_READ read_file;
static UINTN reads;

static EFI_STATUS EFIAPI shorter_watchdog(UINTN seconds, UINT64 code, UINTN size, CHAR16 *data)
{
    return set_watchdog(seconds > 0 ? WATCHDOG_S : 0, code, size, data);
}

static EFI_STATUS EFIAPI slow_read(EFI_FILE *file, UINTN *size, void *to)
{
    BS->Stall(READ_US);
    if (++reads > READS) {
        Print(L"HANGS: after %d reads\n", READS);
        for (;;)
            BS->Stall(1000);
    }
    return read_file(file, size, to);
}

// Reads of directories are not slow: there is one per entry.
static BOOLEAN is_module(const CHAR16 *name)
{
    UINTN len = StrLen(name);
    return len > 3 && StrCmp(name + len - 3, L".ko") == 0;
}

static EFI_STATUS EFIAPI open_slow(EFI_FILE *directory, EFI_FILE **ret, CHAR16 *name, UINT64 mode,
                                   UINT64 attributes)
{
    EFI_STATUS status = open_file(directory, ret, name, mode, attributes);
    if (status == EFI_SUCCESS && is_module(name)) {
        read_file = (*ret)->Read;
        (*ret)->Read = slow_read;
    }
    return status;
}

static EFI_STATUS EFIAPI open_slow_volume(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume, EFI_FILE **ret)
{
    EFI_STATUS status = open_volume(volume, ret);
    if (status == EFI_SUCCESS) {
        open_file = (*ret)->Open;
        (*ret)->Open = open_slow;
    }
    return status;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    EFI_LOADED_IMAGE *self;
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume;
    EFI_HANDLE loader;
    InitializeLib(image, system);
    if (BS->HandleProtocol(image, &LoadedImageProtocol, (void **)&self) != EFI_SUCCESS ||
        BS->HandleProtocol(self->DeviceHandle, &FileSystemProtocol, (void **)&volume) !=
            EFI_SUCCESS)
        return EFI_LOAD_ERROR;
    EFI_DEVICE_PATH *path = FileDevicePath(self->DeviceHandle, L"\\EFI\\BTL\\LOADER.EFI");
    EFI_STATUS status = BS->LoadImage(FALSE, image, path, NULL, 0, &loader);
    if (status != EFI_SUCCESS)
        return status;
    set_watchdog = BS->SetWatchdogTimer;
    BS->SetWatchdogTimer = shorter_watchdog;
    open_volume = volume->OpenVolume;
    volume->OpenVolume = open_slow_volume;
    return BS->StartImage(loader, NULL, NULL);
}
