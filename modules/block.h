// SPDX-License-Identifier: BSD-2-Clause
// Interface block:1.0: block devices. Disk drivers add disks; watchers read partition tables or
// file systems on them. The modules may be loaded in any order, and disk drivers are
// interchangeable: the users of this interface do not know which one is behind it.
#ifndef BTL_MODULES_BLOCK_H
#define BTL_MODULES_BLOCK_H

#include <btl/blocks.h>
#include <btl/partitions.h>

#define BLOCK_NAME_MAX 24

// Owned by the module that adds it; must stay until block_remove() has returned.
struct block_device {
    struct btl_blocks
        blocks; // size, block size, read function; `owner` is free for the driver's use
    char name[BLOCK_NAME_MAX];          // "virtio0", "virtio0p1"
    const struct block_device *disk;    // of a partition; NULL: this is a disk
    struct btl_partition partition;     // valid if `disk` is not NULL
    struct block_device *next, **place; // used by module block
};

struct block_watcher {
    void (*added)(struct block_device *device);
    void (*removed)(struct block_device *device); // the device can still be read
    struct block_watcher *next;                   // used by module block
};

// Add a device and notify every watcher. BTL_EINVAL: the sizes are not valid (btl/blocks.h).
int block_add(struct block_device *device);
// Notify every watcher, which releases the device, and remove it.
void block_remove(struct block_device *device);
// Notify the watcher of all present devices, and of later ones.
void block_watch(struct block_watcher *watcher);
// Stop notifying the watcher, which has released all devices.
void block_unwatch(struct block_watcher *watcher);
// Read bytes [offset, offset + size), multiples of the block size. 0; BTL_EINVAL: outside the
// device; or BTL_EIO.
int block_read(const struct block_device *device, uint64_t offset, void *buffer, uint64_t size);

#endif
