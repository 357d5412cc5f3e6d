// SPDX-License-Identifier: BSD-2-Clause
// The minimum cost of loading: open the files named in \files one after another, get their sizes,
// read each at once, and do nothing else. \modules is kept open: otherwise EDK II's FAT driver
// reads its entries again for each file.
#include "firmware.h"

#define LIST_MAX    (256u << 10)
#define PATH_MAX    128
#define BUFFER_SIZE (32u << 20) // for the largest file

static EFI_BOOT_SERVICES *boot;
static char list[LIST_MAX];

static EFI_FILE *floor_open_file(EFI_FILE *root, const char **text)
{
    EFI_FILE *file;
    CHAR16 path[PATH_MAX];
    UINTN length = 0;
    for (; **text != '\n' && length < PATH_MAX - 1; ++*text)
        path[length++] = **text == '/' ? '\\' : (uint8_t) * *text;
    path[length] = 0;
    ++*text;
    must(root->Open(root, &file, path, EFI_FILE_MODE_READ, 0), "open");
    return file;
}

static UINTN floor_file_size(EFI_FILE *file)
{
    EFI_GUID guid = EFI_FILE_INFO_ID;
    union {
        EFI_FILE_INFO info;
        uint8_t bytes[sizeof(EFI_FILE_INFO) + 2 * PATH_MAX];
    } answer;
    UINTN size = sizeof(answer);
    must(file->GetInfo(file, &guid, &size, &answer), "info");
    return answer.info.FileSize;
}

static UINTN floor_read_file(EFI_FILE *root, const char **path, void *to)
{
    EFI_FILE *file = floor_open_file(root, path);
    UINTN size = floor_file_size(file), got = size;
    must(size > BUFFER_SIZE, "large");
    must(file->Read(file, &got, to), "read");
    must(got != size, "short");
    file->Close(file);
    return size;
}

static EFI_FILE *floor_open_volume(EFI_HANDLE image)
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
    EFI_FILE *root = floor_open_volume(image), *names = floor_open_file(root, &name);
    must(names->Read(names, &size, list), "list");
    names->Close(names);
    must(boot->AllocatePages(AllocateAnyPages, EfiLoaderData, BUFFER_SIZE / EFI_PAGE_SIZE, &to),
         "memory");
    trace("floor", trace_now(), 0);
    EFI_FILE *directory = floor_open_file(root, &directory_name);
    for (const char *path = list; *path != '\0';)
        bytes += floor_read_file(root, &path, (void *)to);
    trace("floor-end", trace_now(), bytes);
    directory->Close(directory);
    root->Close(root);
    boot->FreePages(to, BUFFER_SIZE / EFI_PAGE_SIZE);
    return EFI_SUCCESS;
}
