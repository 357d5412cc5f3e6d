// SPDX-License-Identifier: BSD-2-Clause
// Interface block:1.0: block devices. Disk drivers add disks; who reads partition tables or file
// systems watches them come and go, in whatever order the modules are loaded. Any disk driver can
// take the place of another: nothing behind this interface knows which it is.
#ifndef BTL_MODULES_BLOCK_H
#define BTL_MODULES_BLOCK_H

#include <btl/blocks.h>
#include <btl/gpt.h>

#define BLOCK_NAME_MAX 24

// Memory of whoever adds it, until block_remove() has returned.
struct block_device {
    struct btl_blocks
        blocks; // size, block size and how to read; owner is free for the driver's use
    char name[BLOCK_NAME_MAX];          // "virtio0", "virtio0p1"
    const struct block_device *disk;    // on which this partition lies; NULL: this is a disk
    struct btl_partition partition;     // of a partition
    struct block_device *next, **place; // of module block
};

struct block_watcher {
    void (*added)(struct block_device *device);
    void (*removed)(struct block_device *device); // it can still be read
    struct block_watcher *next;                   // of module block
};

// Tells every watcher, before it returns. BTL_EINVAL: the device's sizes cannot be (btl/blocks.h).
int block_add(struct block_device *device);
// Tells every watcher, which lets go of it.
void block_remove(struct block_device *device);
// Is told about all that is there, and about what comes later.
void block_watch(struct block_watcher *watcher);
// Is told no more; has let go of everything itself.
void block_unwatch(struct block_watcher *watcher);
// Bytes [offset, offset + size), multiples of the block size. 0, BTL_EINVAL when they lie outside,
// or BTL_EIO.
int block_read(const struct block_device *device, uint64_t offset, void *buffer, uint64_t size);

#endif
