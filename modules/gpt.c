// SPDX-License-Identifier: BSD-2-Clause
// Partitions of disks with a GPT or an MBR as block devices, through the checking readers of core/
// (btl/partitions.h).
#include <btl/module.h>

#include "block.h"
#include "heap/heap.h"

#define HEAP_MAX (8u << 20) // bytes while one table is read; a table may have 1 MiB

struct part {
    struct block_device block;
    struct part *next;
};

static struct part *parts;

static bool part_read(const struct btl_blocks *blocks, uint64_t offset, void *buffer, uint64_t size)
{
    const struct part *part = blocks->owner;
    return block_read(part->block.disk, part->block.partition.start + offset, buffer, size) == 0;
}

// The partition no longer holds its disk.
static void part_free(struct part *part)
{
    module_release(part->block.disk->blocks.read, part->block.disk->name);
    kmem_free(part);
}

static bool part_add(const struct block_device *disk, const struct btl_partition *partition)
{
    struct part *part = kmem_alloc(sizeof(*part));
    if (part == NULL)
        return false;
    part->block.blocks = (struct btl_blocks){.read = part_read,
                                             .owner = part,
                                             .size = partition->size,
                                             .block_size = disk->blocks.block_size};
    part->block.disk = disk;
    part->block.partition = *partition;
    btl_format_to(part->block.name, sizeof(part->block.name), "%sp%u", disk->name,
                  partition->number);
    if (module_hold(disk->blocks.read, disk->name, true) != 0) {
        kmem_free(part);
        return false;
    }
    part->next = parts;
    parts = part;
    if (block_add(&part->block) == 0)
        return true;
    parts = part->next;
    part_free(part);
    return true; // a partition without a valid size is skipped
}

// Add the partitions of a disk. A disk without a table is not reported.
static void gpt_added(struct block_device *device)
{
    struct heap heap;
    struct btl_partitions table;
    if (device->disk != NULL)
        return;
    heap_init(&heap, HEAP_MAX);
    struct btl_diags diags = {.arena = &heap.arena};
    struct btl_place place = {.file = btl_str_of(device->name)};
    bool good = btl_partitions_open(&device->blocks, place, &heap.arena, &table, &diags);
    bool none = diags.first != NULL && diags.first->code == BTL_GPT_MISSING;
    if (!none)
        heap_print("gpt", &diags);
    for (uint32_t i = 0; good && i < table.count; i++)
        good = part_add(device, &table.partitions[i]);
    if (!good && !none)
        kprintf("gpt: %s: not all partitions can be used\n", device->name);
    heap_free(&heap);
}

static void gpt_removed(struct block_device *device)
{
    struct part **at = &parts;
    while (*at != NULL) {
        struct part *part = *at;
        if (part->block.disk != device) {
            at = &part->next;
            continue;
        }
        *at = part->next;
        block_remove(&part->block);
        part_free(part);
    }
}

static struct block_watcher watcher = {.added = gpt_added, .removed = gpt_removed};

static int gpt_load(const struct btl_load_args *args)
{
    block_watch(&watcher);
    return 0;
}

static int gpt_unload(void)
{
    block_unwatch(&watcher);
    while (parts != NULL) {
        struct part *part = parts;
        parts = part->next;
        block_remove(&part->block);
        part_free(part);
    }
    return 0;
}

BTL_MODULE("gpt", .load = gpt_load, .unload = gpt_unload);
BTL_VERSION("1.0");
BTL_DESCRIPTION("partitions of disks: GPT and MBR");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.5");
BTL_NEEDS("block:1.0");
BTL_PROVIDES("gpt:1.0");
BTL_PROVIDES("mbr:1.0");
BTL_DEPENDS("block");
