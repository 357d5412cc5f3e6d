// SPDX-License-Identifier: BSD-2-Clause
// A library module: the list of block devices and their watchers.
#include "block.h"

#include <btl/module.h>

static struct block_device *devices, **devices_end = &devices;
static struct block_watcher *watchers;

static bool block_sizes_valid(const struct btl_blocks *blocks)
{
    return blocks->read != NULL && btl_is_power_of_two(blocks->block_size) &&
           blocks->block_size >= BTL_BLOCK_MIN && blocks->block_size <= BTL_BLOCK_MAX &&
           blocks->size >= blocks->block_size && blocks->size % blocks->block_size == 0;
}

int block_add(struct block_device *device)
{
    if (!block_sizes_valid(&device->blocks))
        return BTL_EINVAL;
    device->next = NULL;
    device->place = devices_end;
    *devices_end = device;
    devices_end = &device->next;
    for (struct block_watcher *watcher = watchers; watcher != NULL; watcher = watcher->next)
        watcher->added(device);
    return 0;
}

void block_remove(struct block_device *device)
{
    for (struct block_watcher *watcher = watchers; watcher != NULL; watcher = watcher->next)
        watcher->removed(device);
    *device->place = device->next;
    if (device->next != NULL)
        device->next->place = device->place;
    else
        devices_end = device->place;
}

// Stop at the present end of the list: block_add() notifies the watcher of devices that the watcher
// itself adds.
void block_watch(struct block_watcher *watcher)
{
    struct block_device **end = devices_end;
    watcher->next = watchers;
    watchers = watcher;
    for (struct block_device **at = &devices; at != end; at = &(*at)->next)
        watcher->added(*at);
}

void block_unwatch(struct block_watcher *watcher)
{
    for (struct block_watcher **at = &watchers; *at != NULL; at = &(*at)->next) {
        if (*at == watcher) {
            *at = watcher->next;
            return;
        }
    }
}

int block_read(const struct block_device *device, uint64_t offset, void *buffer, uint64_t size)
{
    const struct btl_blocks *blocks = &device->blocks;
    if (offset % blocks->block_size != 0 || size % blocks->block_size != 0 ||
        !btl_in_range(offset, size, blocks->size))
        return BTL_EINVAL;
    return blocks->read(blocks, offset, buffer, size) ? 0 : BTL_EIO;
}

static void block_list(int argc, char **argv)
{
    for (const struct block_device *at = devices; at != NULL; at = at->next) {
        kprintf("%-16s %8pB  blocks of %u", at->name, BTL_BYTES(at->blocks.size),
                at->blocks.block_size);
        if (at->disk != NULL)
            kprintf("  partition %u of %s", at->partition.number, at->disk->name);
        kprintf("\n");
    }
}

static int block_load(const struct btl_load_args *args)
{
    return monitor_add_with("lsblk", "", "lists the block devices", block_list);
}

static int block_unload(void)
{
    if (devices != NULL || watchers != NULL)
        return BTL_EBUSY;
    monitor_remove("lsblk");
    return 0;
}

BTL_MODULE("block", .load = block_load, .unload = block_unload);
BTL_VERSION("1.0");
BTL_DESCRIPTION("library: the list of block devices");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.4");
BTL_PROVIDES("block:1.0");
BTL_EXPORT(block_add);
BTL_EXPORT(block_remove);
BTL_EXPORT(block_watch);
BTL_EXPORT(block_unwatch);
BTL_EXPORT(block_read);
