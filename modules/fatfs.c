// SPDX-License-Identifier: BSD-2-Clause
// FAT12, FAT16 and FAT32 with long names, read-only, through the checking reader of core/
// (btl/fat.h). Every block device with a FAT becomes a file system of the kernel.
#include <btl/fat.h>
#include <btl/fs.h>
#include <btl/module.h>

#include "block.h"
#include "heap/heap.h"

// Bytes for the directories of one volume, which are read whole and kept, and for the reader.
#define HEAP_MAX (64u << 20)

struct volume {
    struct btl_fs fs;
    struct btl_fat fat;
    struct heap heap;
    char type[8];
    const struct block_device *device;
    struct volume *next;
};

static struct volume *volumes;

// Return one error code for the reader's diagnostics.
static int fatfs_error(const struct btl_diags *diags)
{
    if (diags->first == NULL)
        return BTL_ENOMEM;
    switch (diags->first->code) {
    case BTL_FAT_NOT_FOUND:
    case BTL_FAT_NOT_DIRECTORY:
        return BTL_ENOENT;
    case BTL_NO_MEMORY:
        return BTL_ENOMEM;
    default:
        return BTL_EIO;
    }
}

// The heap of one call and its diagnostics.
struct call {
    struct heap heap;
    struct btl_diags diags;
};

static void fatfs_call_begin(struct call *call)
{
    heap_init(&call->heap, 1u << 20);
    call->diags = (struct btl_diags){.arena = &call->heap.arena};
}

static int fatfs_call_end(struct call *call, bool good)
{
    int error = good ? 0 : fatfs_error(&call->diags);
    if (error != BTL_ENOENT)
        heap_print("fatfs", &call->diags);
    heap_free(&call->heap);
    return error;
}

static int fatfs_open(struct btl_fs *fs, struct btl_str path, struct btl_fs_file *ret_file)
{
    struct volume *volume = fs->owner;
    struct call call;
    fatfs_call_begin(&call);
    const struct btl_fat_entry *entry = btl_fat_find(&volume->fat, path, &call.diags);
    if (entry == NULL && call.diags.first == NULL) { // the root
        heap_free(&call.heap);
        return BTL_EINVAL;
    }
    int error = fatfs_call_end(&call, entry != NULL);
    if (error != 0)
        return error;
    if (entry->directory)
        return BTL_EINVAL;
    *ret_file = (struct btl_fs_file){.handle = entry, .size = entry->size};
    return 0;
}

static int fatfs_read(struct btl_fs *fs, const struct btl_fs_file *file, void *buffer,
                      uint64_t size)
{
    struct volume *volume = fs->owner;
    const struct btl_fat_entry *entry = file->handle;
    struct call call;
    if (size > entry->size)
        return BTL_EINVAL;
    fatfs_call_begin(&call);
    // A copy of the reader, with the same tables, allocates from the heap of this call.
    struct btl_fat reader = volume->fat;
    reader.arena = &call.heap.arena;
    bool good = btl_fat_read(&reader, entry, buffer, size, &call.diags);
    volume->fat.window_at = reader.window_at;
    volume->fat.window_size = reader.window_size;
    return fatfs_call_end(&call, good);
}

static bool device_is_esp(const struct block_device *device)
{
    return device->disk != NULL && btl_partition_type_is_esp(device->partition.type);
}

static void volume_fill(struct volume *volume, const struct block_device *device)
{
    btl_format_to(volume->type, sizeof(volume->type), "FAT%u", volume->fat.bits);
    volume->device = device;
    volume->fs = (struct btl_fs){.name = device->name,
                                 .type = volume->type,
                                 .open = fatfs_open,
                                 .read = fatfs_read,
                                 .owner = volume};
    if (device->disk == NULL)
        return;
    memcpy(volume->fs.partition_type, device->partition.type, 16);
    memcpy(volume->fs.partition_guid, device->partition.guid, 16);
}

// Most partitions hold other file systems. Report only those whose type requires a FAT.
static void fatfs_added(struct block_device *device)
{
    struct volume *volume = kmem_alloc(sizeof(*volume));
    struct call call;
    if (volume == NULL)
        return;
    heap_init(&volume->heap, HEAP_MAX);
    fatfs_call_begin(&call);
    struct btl_place place = {.file = btl_str_of(device->name)};
    bool good = btl_fat_open(&device->blocks, 0, device->blocks.size, place, &volume->heap.arena,
                             &volume->fat, &call.diags);
    if (good || device_is_esp(device))
        heap_print("fatfs", &call.diags);
    heap_free(&call.heap);
    if (good) {
        volume_fill(volume, device);
        good = fs_add(&volume->fs) == 0;
    }
    if (!good) {
        heap_free(&volume->heap);
        kmem_free(volume);
        return;
    }
    kprintf("fatfs: %s: %s, %pB\n", device->name, volume->type, BTL_BYTES(device->blocks.size));
    volume->next = volumes;
    volumes = volume;
}

static void volume_drop(struct volume *volume)
{
    fs_remove(&volume->fs);
    heap_free(&volume->heap);
    kmem_free(volume);
}

static void fatfs_removed(struct block_device *device)
{
    for (struct volume **at = &volumes; *at != NULL; at = &(*at)->next) {
        struct volume *volume = *at;
        if (volume->device != device)
            continue;
        *at = volume->next;
        volume_drop(volume);
        return;
    }
}

static struct block_watcher watcher = {.added = fatfs_added, .removed = fatfs_removed};

static int fatfs_load(const struct btl_load_args *args)
{
    block_watch(&watcher);
    return 0;
}

static int fatfs_unload(void)
{
    block_unwatch(&watcher);
    while (volumes != NULL) {
        struct volume *volume = volumes;
        volumes = volume->next;
        volume_drop(volume);
    }
    return 0;
}

BTL_MODULE("fatfs", .load = fatfs_load, .unload = fatfs_unload);
BTL_VERSION("1.0");
BTL_DESCRIPTION("FAT file systems, read-only");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.3");
BTL_NEEDS("block:1.0");
BTL_PROVIDES("fs:1.0");
BTL_DEPENDS("block");
