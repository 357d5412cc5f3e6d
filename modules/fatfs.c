// SPDX-License-Identifier: BSD-2-Clause
// FAT12, FAT16 and FAT32 with long names, read-only, through the checking reader of core/
// (btl/fat.h). Every block device with a FAT becomes a file system of the kernel. A device is
// checked when it comes and mounted when a file is looked up on it: a disk may have thousands of
// partitions, and the boot needs the files of one.
#include <btl/fat.h>
#include <btl/fs.h>
#include <btl/module.h>

#include "block.h"
#include "heap/heap.h"

// Bytes for the directories of one volume, which are read whole and kept, and for the reader.
#define HEAP_MAX (64u << 20)

// Volumes that are mounted at the same time: those with a file that was found.
#define FATFS_MOUNTED_MAX 64u
// Messages about devices that came. What a disk with more partitions has is not printed.
#define FATFS_LISTED_MAX 32u

struct mount {
    struct btl_fat fat;
    struct heap heap;
};

struct volume {
    struct btl_fs fs;
    char type[8];
    const struct block_device *device;
    struct mount *mount; // NULL: not mounted
    struct volume *next;
};

static struct volume *volumes;
static uint32_t mounted, listed;
static bool full; // FATFS_MOUNTED_MAX was reached, which has been printed

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

static void volume_unmount(struct volume *volume)
{
    if (volume->mount == NULL)
        return;
    heap_free(&volume->mount->heap);
    kmem_free(volume->mount);
    volume->mount = NULL;
    module_release(volume->device->blocks.read, volume->device->name);
    mounted--;
    full = false;
}

static bool device_open_fat(const struct block_device *device, struct btl_arena *arena,
                            struct btl_fat *ret_fat, struct btl_diags *diags)
{
    struct btl_place place = {.file = btl_str_of(device->name)};
    return btl_fat_open(&device->blocks, 0, device->blocks.size, place, arena, ret_fat, diags);
}

static int volume_mount(struct volume *volume)
{
    struct call call;
    if (volume->mount != NULL)
        return 0;
    if (mounted == FATFS_MOUNTED_MAX) {
        if (!full)
            kprintf("fatfs: %s: not mounted: %u volumes with files in use are the maximum "
                    "(FATFS_MOUNTED_MAX); remove disks that this boot does not need\n",
                    volume->device->name, FATFS_MOUNTED_MAX);
        full = true;
        return BTL_ENOMEM;
    }
    if (module_hold(volume->device->blocks.read, volume->device->name, true) != 0)
        return BTL_ENOMEM;
    volume->mount = kmem_alloc(sizeof(*volume->mount));
    if (volume->mount == NULL) {
        module_release(volume->device->blocks.read, volume->device->name);
        return BTL_ENOMEM;
    }
    mounted++;
    heap_init(&volume->mount->heap, HEAP_MAX);
    fatfs_call_begin(&call);
    return fatfs_call_end(&call, device_open_fat(volume->device, &volume->mount->heap.arena,
                                                 &volume->mount->fat, &call.diags));
}

static int volume_find(struct volume *volume, struct btl_str path, struct btl_fs_file *ret_file)
{
    struct call call;
    fatfs_call_begin(&call);
    const struct btl_fat_entry *entry = btl_fat_find(&volume->mount->fat, path, &call.diags);
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

// A volume stays mounted from the first file that was found: the handle points into its memory.
static int fatfs_open(struct btl_fs *fs, struct btl_str path, struct btl_fs_file *ret_file)
{
    struct volume *volume = fs->owner;
    bool in_use = volume->mount != NULL;
    int error = volume_mount(volume);
    if (error == 0)
        error = volume_find(volume, path, ret_file);
    if (error != 0 && !in_use)
        volume_unmount(volume);
    return error;
}

static int fatfs_read(struct btl_fs *fs, const struct btl_fs_file *file, void *buffer,
                      uint64_t size)
{
    struct btl_fat *fat = &((struct volume *)fs->owner)->mount->fat;
    const struct btl_fat_entry *entry = file->handle;
    struct call call;
    if (size > entry->size)
        return BTL_EINVAL;
    fatfs_call_begin(&call);
    // A copy of the reader, with the same tables, allocates from the heap of this call.
    struct btl_fat reader = *fat;
    reader.arena = &call.heap.arena;
    bool good = btl_fat_read(&reader, entry, buffer, size, &call.diags);
    fat->window_at = reader.window_at;
    fat->window_size = reader.window_size;
    return fatfs_call_end(&call, good);
}

static bool device_is_esp(const struct block_device *device)
{
    return device->disk != NULL && btl_partition_type_is_esp(device->partition.type);
}

static void volume_fill(struct volume *volume, const struct block_device *device, unsigned bits)
{
    *volume = (struct volume){.device = device};
    btl_format_to(volume->type, sizeof(volume->type), "FAT%u", bits);
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

// May one more message about a new device be printed?
static bool fatfs_lists(void)
{
    if (listed > FATFS_LISTED_MAX)
        return false;
    if (listed++ < FATFS_LISTED_MAX)
        return true;
    kprintf("fatfs: more volumes are served but not listed (FATFS_LISTED_MAX: %u)\n",
            FATFS_LISTED_MAX);
    return false;
}

static void fatfs_add_volume(const struct block_device *device, unsigned bits)
{
    struct volume *volume = kmem_alloc(sizeof(*volume));
    if (volume == NULL) {
        kprintf("fatfs: %s: not served: out of memory\n", device->name);
        return;
    }
    volume_fill(volume, device, bits);
    if (fs_add(&volume->fs) != 0) {
        kmem_free(volume);
        return;
    }
    volume->next = volumes;
    volumes = volume;
    if (fatfs_lists())
        kprintf("fatfs: %s: %s, %pB\n", device->name, volume->type, BTL_BYTES(device->blocks.size));
}

// Most partitions hold other file systems. Report only those whose type requires a FAT. Nothing is
// kept of what was read: the volume may never be asked for.
static void fatfs_added(struct block_device *device)
{
    struct btl_fat fat;
    struct call call;
    fatfs_call_begin(&call);
    bool good = device_open_fat(device, &call.heap.arena, &fat, &call.diags);
    if ((good || device_is_esp(device)) && call.diags.first != NULL && fatfs_lists())
        heap_print("fatfs", &call.diags);
    heap_free(&call.heap);
    if (good)
        fatfs_add_volume(device, fat.bits);
}

static void volume_drop(struct volume *volume)
{
    fs_remove(&volume->fs);
    volume_unmount(volume);
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
    listed = 0;
    return 0;
}

BTL_MODULE("fatfs", .load = fatfs_load, .unload = fatfs_unload);
BTL_VERSION("1.0");
BTL_DESCRIPTION("FAT file systems, read-only");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.5");
BTL_NEEDS("block:1.0");
BTL_PROVIDES("fs:1.0");
BTL_DEPENDS("block");
