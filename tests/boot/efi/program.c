// SPDX-License-Identifier: BSD-2-Clause
// An EFI program in place of a kernel. It prints what it got, and does what the first word of its
// options says.
#include <efi.h>
#include <efilib.h>

static EFI_GUID load_file2 = {
    0x4006c0c1, 0xfcb3, 0x403e, {0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d}};
static struct {
    UINT8 vendor[4];
    EFI_GUID guid;
    UINT8 end[4];
} initrd_path = {{4, 3, 20, 0},
                 {0x5568e427, 0x68fc, 0x4f3d, {0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68}},
                 {0x7f, 0xff, 4, 0}};

typedef EFI_STATUS(EFIAPI *load_file)(void *file, void *path, BOOLEAN policy, UINTN *size,
                                      void *to);

// Where the loader's own archive begins, behind the initrds.
static UINTN archive_begin(const UINT8 *bytes, UINTN size)
{
    UINTN begin = 0;
    while (begin + 6 < size && CompareMem(bytes + begin, "070701", 6) != 0)
        begin += 4;
    return begin + 6 < size ? begin : size;
}

// Read the initrd as Linux does: ask for its size, allocate, read.
static void read_initrd(void)
{
    EFI_DEVICE_PATH *path = (EFI_DEVICE_PATH *)&initrd_path;
    EFI_HANDLE handle;
    load_file *file;
    UINTN size = 0;
    UINT32 sum = 0;
    UINT8 *bytes = NULL;
    if (BS->LocateDevicePath(&load_file2, &path, &handle) != EFI_SUCCESS ||
        BS->HandleProtocol(handle, &load_file2, (void **)&file) != EFI_SUCCESS) {
        Print(L"PROGRAM: no initrd\n");
        return;
    }
    EFI_STATUS status = (*file)(file, path, FALSE, &size, NULL);
    if (status == EFI_BUFFER_TOO_SMALL)
        status = BS->AllocatePool(EfiLoaderData, size, (void **)&bytes);
    if (status == EFI_SUCCESS)
        status = (*file)(file, path, FALSE, &size, bytes);
    size = archive_begin(bytes, status == EFI_SUCCESS ? size : 0);
    for (UINTN i = 0; i < size; i++)
        sum += bytes[i] * (UINT32)(i % 1000 + 1);
    Print(L"PROGRAM: initrd %r %d bytes %u\n", status, size, sum);
}

static EFI_STATUS chain(EFI_HANDLE image, EFI_LOADED_IMAGE *self, CHAR16 *file)
{
    EFI_HANDLE next;
    EFI_DEVICE_PATH *path = FileDevicePath(self->DeviceHandle, file);
    EFI_STATUS status = BS->LoadImage(FALSE, image, path, NULL, 0, &next);
    Print(L"PROGRAM: chain %r\n", status);
    return EFI_ERROR(status) ? status : BS->StartImage(next, NULL, NULL);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    static CHAR16 none[] = L"(none)", text[] = L"no disk for me";
    EFI_LOADED_IMAGE *self;
    InitializeLib(image, system);
    if (BS->HandleProtocol(image, &LoadedImageProtocol, (void **)&self) != EFI_SUCCESS)
        return EFI_LOAD_ERROR;
    CHAR16 *options = self->LoadOptionsSize == 0 ? none : self->LoadOptions;
    Print(L"PROGRAM: file %s\n", DevicePathToStr(self->FilePath));
    Print(L"PROGRAM: options %s\n", options);
    read_initrd();
    if (StrnCmp(options, L"exit", 4) == 0)
        BS->Exit(image, EFI_DEVICE_ERROR, sizeof(text), StrDuplicate(text));
    if (StrnCmp(options, L"chain", 5) == 0)
        return chain(image, self, L"\\next.efi");
    if (StrnCmp(options, L"reset", 5) == 0)
        RT->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
    if (StrnCmp(options, L"off", 3) == 0)
        RT->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    return EFI_ABORTED;
}
