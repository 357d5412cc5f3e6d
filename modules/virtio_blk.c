// SPDX-License-Identifier: BSD-2-Clause
// Disks on virtio 1.0 and later over PCI (VIRTIO 1.1, 5.2), read-only: one request at a time,
// through the driver's own pages. The device never gets another address.
//
// The device is not trusted: its answers are checked (virtio/queue.c). A device that breaks the
// rules or does not answer is stopped, and every later read fails.
#include <btl/module.h>

#include "block.h"
#include "virtio/device.h"

#define VENDOR          0x1af4
#define ID_TRANSITIONAL 0x1001
#define ID_MODERN       0x1042

enum { FEATURE_SIZE_MAX = 1 << 1, FEATURE_BLK_SIZE = 1 << 6 };
enum { CONFIG_CAPACITY = 0, CONFIG_SIZE_MAX = 8, CONFIG_BLK_SIZE = 20 };
enum { REQUEST_IN = 0 };
enum { REPLY_OK = 0, REPLY_ERROR = 1, REPLY_NONE = 0xff };

#define SECTOR       512u
#define DATA_SIZE    (64u << 10)
#define BUFFER_PAGES (DATA_SIZE / BTL_PAGE_SIZE + 1)

struct request_header {
    uint32_t type, reserved;
    uint64_t sector;
};

// The first of the pages that the device can reach; the data follows.
struct shared {
    struct virtq_memory queue;
    struct request_header header;
    uint8_t status;
};
_Static_assert(sizeof(struct shared) <= BTL_PAGE_SIZE, "one page");

struct disk {
    struct block_device block;
    struct virtio_device device;
    struct virtq queue;
    uint64_t physical; // of BUFFER_PAGES pages
    struct shared *shared;
    const uint8_t *data;
    uint32_t max; // bytes of one request
    bool dead;
    struct disk *next;
};

static struct disk *disks, **disks_end = &disks;
static uint32_t number;

static bool disk_stop(struct disk *disk, const char *reason)
{
    kprintf("virtio_blk: %s: %s; it is not used any more\n", disk->block.name, reason);
    disk->dead = true;
    virtio_reset(&disk->device);
    return false;
}

// Read at most disk->max bytes into disk->data with one request.
static bool disk_request(struct disk *disk, uint64_t offset, uint32_t size)
{
    uint64_t header = disk->physical + offsetof(struct shared, header);
    uint64_t status = disk->physical + offsetof(struct shared, status);
    struct virtq_piece pieces[] = {
        {header, sizeof(struct request_header), false},
        {disk->physical + BTL_PAGE_SIZE, size, true},
        {status, 1, true},
    };
    uint32_t written = 0;
    disk->shared->header = (struct request_header){.type = REQUEST_IN, .sector = offset / SECTOR};
    disk->shared->status = REPLY_NONE;
    const char *reason =
        virtio_request(&disk->device, &disk->queue, pieces, BTL_COUNT(pieces), &written);
    if (reason != NULL)
        return disk_stop(disk, reason);
    uint8_t reply = __atomic_load_n(&disk->shared->status, __ATOMIC_ACQUIRE);
    if (reply == REPLY_OK && written == size + 1)
        return true;
    if (reply == REPLY_OK || reply == REPLY_NONE)
        return disk_stop(disk, "it reports success, but did not read all bytes");
    kprintf("virtio_blk: %s: %s reading %u bytes at 0x%lx\n", disk->block.name,
            reply == REPLY_ERROR ? "error" : "refused", size, offset);
    return false;
}

static bool disk_read(const struct btl_blocks *blocks, uint64_t offset, void *buffer, uint64_t size)
{
    struct disk *disk = blocks->owner;
    uint8_t *to = buffer;
    while (size > 0) {
        uint32_t part = size < disk->max ? (uint32_t)size : disk->max;
        if (disk->dead || !disk_request(disk, offset, part))
            return false;
        memcpy(to, disk->data, part);
        to += part;
        offset += part;
        size -= part;
    }
    return true;
}

// Read the sizes from the configuration. The capacity counts sectors of 512 bytes for any block
// size; an invalid block size is ignored.
static bool disk_read_sizes(struct disk *disk)
{
    struct btl_blocks *blocks = &disk->block.blocks;
    uint32_t capacity[2], block_size = SECTOR, max = DATA_SIZE;
    if (!virtio_config(&disk->device, CONFIG_CAPACITY, capacity, 2))
        return false;
    if ((disk->device.features & FEATURE_BLK_SIZE) != 0 &&
        !virtio_config(&disk->device, CONFIG_BLK_SIZE, &block_size, 1))
        return false;
    if ((disk->device.features & FEATURE_SIZE_MAX) != 0 &&
        !virtio_config(&disk->device, CONFIG_SIZE_MAX, &max, 1))
        return false;
    if (!btl_is_power_of_two(block_size) || block_size < BTL_BLOCK_MIN ||
        block_size > BTL_BLOCK_MAX)
        block_size = SECTOR;
    max = (max < DATA_SIZE ? max : DATA_SIZE) & ~(block_size - 1);
    if (max == 0 || !btl_mul(capacity[0] | (uint64_t)capacity[1] << 32, SECTOR, &blocks->size))
        return false;
    blocks->size &= ~(uint64_t)(block_size - 1);
    blocks->block_size = block_size;
    disk->max = max;
    return blocks->size > 0;
}

static int disk_start(struct disk *disk, const char **ret_reason)
{
    int error = virtio_negotiate(&disk->device, FEATURE_SIZE_MAX | FEATURE_BLK_SIZE, ret_reason);
    if (error != 0)
        return error;
    *ret_reason = "its configuration has no valid size";
    if (!disk_read_sizes(disk))
        return BTL_ENODEV;
    disk->block.blocks.read = disk_read;
    disk->block.blocks.owner = disk;
    return virtio_start(&disk->device, &disk->queue, &disk->shared->queue, disk->physical, 3,
                        ret_reason);
}

// Free a disk. If the device does not stop, its pages stay allocated: it may still write to them.
static void disk_drop(struct disk *disk, bool stopped)
{
    if (disk->physical != 0 && stopped)
        page_free(disk->physical, BUFFER_PAGES);
    kmem_free(disk);
}

static int disk_attach(const struct pci_function *function, const char **ret_reason)
{
    struct disk *disk = kmem_alloc(sizeof(*disk));
    *ret_reason = "no memory";
    if (disk == NULL)
        return BTL_ENOMEM;
    disk->physical = page_alloc(BUFFER_PAGES);
    int error = disk->physical == 0 ? BTL_ENOMEM : virtio_open(&disk->device, function, ret_reason);
    if (error != 0) {
        disk_drop(disk, true);
        return error;
    }
    disk->shared = phys_to_virt(disk->physical);
    disk->data = (const uint8_t *)disk->shared + BTL_PAGE_SIZE;
    btl_format_to(disk->block.name, sizeof(disk->block.name), "virtio%u", number);
    error = disk_start(disk, ret_reason);
    if (error != 0) {
        disk_drop(disk, virtio_close(&disk->device));
        return error;
    }
    number++;
    *disks_end = disk;
    disks_end = &disk->next;
    kprintf("virtio_blk: %s: %pB, blocks of %u, %s\n", disk->block.name,
            BTL_BYTES(disk->block.blocks.size), disk->block.blocks.block_size,
            virtio_reports_by(&disk->device));
    return 0;
}

static void disks_attach(uint16_t id)
{
    const struct pci_function *at = NULL;
    const char *reason;
    while ((at = pci_find(VENDOR, id, at)) != NULL)
        if (disk_attach(at, &reason) != 0)
            kprintf("virtio_blk: %02x:%02x.%x: not used: %s\n", at->bus, at->device, at->function,
                    reason);
}

static int virtio_blk_unload(void)
{
    while (disks != NULL) {
        struct disk *disk = disks;
        disks = disk->next;
        block_remove(&disk->block);
        disk_drop(disk, virtio_close(&disk->device));
    }
    disks_end = &disks;
    number = 0;
    return 0;
}

// Fail without a disk: NAME_required="YES" then stops the boot.
static int virtio_blk_load(const struct btl_load_args *args)
{
    disks_attach(ID_TRANSITIONAL);
    disks_attach(ID_MODERN);
    if (disks == NULL) {
        kprintf("virtio_blk: no virtio disk found\n");
        return BTL_ENODEV;
    }
    // Add the disks after all are attached: a watcher may read a disk at once.
    for (struct disk *disk = disks; disk != NULL; disk = disk->next)
        block_add(&disk->block);
    return 0;
}

BTL_MODULE("virtio_blk", .load = virtio_blk_load, .unload = virtio_blk_unload);
BTL_VERSION("1.0");
BTL_DESCRIPTION("disks on virtio");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.6");
BTL_NEEDS("pci:1.2");
BTL_NEEDS("block:1.0");
BTL_DEPENDS("pci,block");
BTL_ALIAS("pci:v00001AF4d00001001sv*");
BTL_ALIAS("pci:v00001AF4d00001042sv*");
