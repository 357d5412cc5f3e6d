// SPDX-License-Identifier: BSD-2-Clause
// The cost of loading past the firmware's file system: read the file system from the blocks of the
// volume, find the files named in \files, and read them in the order of the disk, neighbours by one
// request. It does nothing else.
#include "firmware.h"

#include <btl/extents.h>

#define LIST_MAX   (256u << 10)
#define FILES_MAX  8192u
#define ARENA_SIZE (16u << 20) // for directories and extents

static EFI_BOOT_SERVICES *boot;
static EFI_BLOCK_IO *disk;
static struct btl_read_file files[FILES_MAX];
static char list[LIST_MAX];

static bool fat_read_blocks(const struct btl_blocks *blocks, uint64_t offset, void *buffer,
                            uint64_t size)
{
    return disk->ReadBlocks(disk, disk->Media->MediaId, offset / blocks->block_size, size,
                            buffer) == EFI_SUCCESS;
}

static void *floor_allocate(uint64_t size)
{
    EFI_PHYSICAL_ADDRESS address;
    must(boot->AllocatePages(AllocateAnyPages, EfiLoaderData, EFI_SIZE_TO_PAGES(size), &address),
         "memory");
    return (void *)(uintptr_t)address;
}

static struct btl_str floor_read_list(EFI_HANDLE volume)
{
    EFI_GUID guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
    EFI_FILE_IO_INTERFACE *system;
    EFI_FILE *root, *file;
    UINTN size = sizeof(list);
    must(boot->HandleProtocol(volume, &guid, (void **)&system), "volume");
    must(system->OpenVolume(system, &root), "volume");
    must(root->Open(root, &file, (CHAR16 *)L"\\files", EFI_FILE_MODE_READ, 0), "open");
    must(file->Read(file, &size, list), "list");
    file->Close(file);
    root->Close(root);
    return (struct btl_str){list, size};
}

static void floor_open_disk(EFI_HANDLE volume, struct btl_blocks *ret_blocks)
{
    EFI_GUID guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    must(boot->HandleProtocol(volume, &guid, (void **)&disk), "blocks");
    *ret_blocks = (struct btl_blocks){.read = fat_read_blocks,
                                      .size = (disk->Media->LastBlock + 1) * disk->Media->BlockSize,
                                      .block_size = disk->Media->BlockSize};
}

// Find the files. Return the number of their extents.
static size_t floor_find(struct btl_fat *fat, struct btl_str paths, size_t *ret_count)
{
    struct btl_diags diags = {.arena = fat->arena};
    size_t extents = 0;
    *ret_count = 0;
    for (struct btl_str path; btl_take_line(&paths, &path);) {
        struct btl_read_file *file = &files[(*ret_count)++];
        const struct btl_fat_entry *entry = btl_fat_find(fat, path, &diags);
        must(entry == NULL || *ret_count > FILES_MAX, "find");
        must(!btl_fat_extents(fat, entry, &file->extents, &diags), "extents");
        file->size = entry->size;
        extents += file->extents.count;
    }
    return extents;
}

// Read all into one piece of memory.
static void floor_read_all(struct btl_fat *fat, size_t count, size_t extents)
{
    struct btl_read_request *requests = BTL_NEW_ARRAY(fat->arena, struct btl_read_request, extents);
    uint64_t bytes = 0, room = 0;
    size_t request_count = 0;
    must(requests == NULL, "requests");
    count = btl_read_files_sort(files, count);
    for (size_t i = 0; i < count; i++)
        room += files[i].extents.size;
    uint8_t *to = floor_allocate(room);
    room = 0;
    for (size_t i = 0; i < count; i++) {
        btl_extents_request(&files[i].extents, files[i].extents.size, to + room, requests,
                            &request_count);
        room += files[i].extents.size;
        bytes += files[i].size;
    }
    request_count = btl_requests_join(requests, request_count);
    for (size_t i = 0; i < request_count; i++)
        must(!fat->blocks->read(fat->blocks, requests[i].offset, requests[i].to, requests[i].size),
             "read");
    trace("fat-end", trace_now(), bytes);
    must(boot->FreePages((uintptr_t)to, EFI_SIZE_TO_PAGES(room)), "free");
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    EFI_LOADED_IMAGE *self;
    struct btl_blocks blocks;
    struct btl_fat fat;
    size_t count;
    boot = system->BootServices;
    must(boot->HandleProtocol(image, &guid, (void **)&self), "image");
    struct btl_str paths = floor_read_list(self->DeviceHandle);
    uint8_t *memory = floor_allocate(ARENA_SIZE);
    trace("fat", trace_now(), 0);
    struct btl_arena arena = {.at = memory, .end = memory + ARENA_SIZE};
    struct btl_diags diags = {.arena = &arena};
    floor_open_disk(self->DeviceHandle, &blocks);
    must(!btl_fat_open(&blocks, 0, blocks.size, (struct btl_place){0}, &arena, &fat, &diags),
         "fat");
    size_t extents = floor_find(&fat, paths, &count);
    floor_read_all(&fat, count, extents);
    boot->FreePages((uintptr_t)memory, EFI_SIZE_TO_PAGES(ARENA_SIZE));
    return EFI_SUCCESS;
}
