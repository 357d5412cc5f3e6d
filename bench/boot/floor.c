// SPDX-License-Identifier: BSD-2-Clause
// The least that loading can cost: opens the files that \files names, one after the other, asks for
// their sizes, reads each in one piece, and does nothing else. \modules is kept open: EDK II's FAT
// driver then knows its entries, and looks them up anew for each file otherwise.
#include "firmware.h"

#define LIST_MAX (64u << 10)
#define PATH_MAX 128
#define ROOM     (32u << 20) // for the largest file

static EFI_BOOT_SERVICES *boot;
static char list[LIST_MAX];

static EFI_FILE *open(EFI_FILE *root, const char **at)
{
    EFI_FILE *file;
    CHAR16 path[PATH_MAX];
    UINTN length = 0;
    for (; **at != '\n' && length < PATH_MAX - 1; ++*at)
        path[length++] = **at == '/' ? '\\' : (uint8_t) * *at;
    path[length] = 0;
    ++*at;
    must(root->Open(root, &file, path, EFI_FILE_MODE_READ, 0), "open");
    return file;
}

static UINTN size_of(EFI_FILE *file)
{
    EFI_GUID guid = EFI_FILE_INFO_ID;
    union {
        EFI_FILE_INFO info;
        uint8_t room[sizeof(EFI_FILE_INFO) + 2 * PATH_MAX];
    } answer;
    UINTN size = sizeof(answer);
    must(file->GetInfo(file, &guid, &size, &answer), "info");
    return answer.info.FileSize;
}

static UINTN read_one(EFI_FILE *root, const char **path, void *to)
{
    EFI_FILE *file = open(root, path);
    UINTN size = size_of(file), got = size;
    must(size > ROOM, "large");
    must(file->Read(file, &got, to), "read");
    must(got != size, "short");
    file->Close(file);
    return size;
}

static EFI_FILE *open_volume(EFI_HANDLE image)
{
    EFI_GUID image_guid = LOADED_IMAGE_PROTOCOL, volume_guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
    EFI_LOADED_IMAGE *self;
    EFI_FILE_IO_INTERFACE *system;
    EFI_FILE *root;
    must(boot->HandleProtocol(image, &image_guid, (void **)&self), "image");
    must(boot->HandleProtocol(self->DeviceHandle, &volume_guid, (void **)&system), "volume");
    must(system->OpenVolume(system, &root), "volume");
    return root;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    const char *name = "/files\n", *directory_name = "/modules\n";
    EFI_PHYSICAL_ADDRESS to;
    UINTN size = sizeof(list) - 1, bytes = 0;
    boot = system->BootServices;
    EFI_FILE *root = open_volume(image), *names = open(root, &name);
    must(names->Read(names, &size, list), "list");
    names->Close(names);
    must(boot->AllocatePages(AllocateAnyPages, EfiLoaderData, ROOM / EFI_PAGE_SIZE, &to), "memory");
    trace("floor", trace_now(), 0);
    EFI_FILE *directory = open(root, &directory_name);
    for (const char *at = list; *at != '\0';)
        bytes += read_one(root, &at, (void *)to);
    trace("floor-end", trace_now(), bytes);
    directory->Close(directory);
    root->Close(root);
    boot->FreePages(to, ROOM / EFI_PAGE_SIZE);
    return EFI_SUCCESS;
}
