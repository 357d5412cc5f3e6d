// SPDX-License-Identifier: BSD-2-Clause
// Interface fs:1.0: a file system, as a module gives it to the kernel with fs_add(). The kernel
// takes the files of modules from the one on the boot volume.
//
// A module that does so says BTL_PROVIDES("fs:1.0"): the loader then knows that the kernel can read
// files by itself (docs/data-path.md).
#ifndef BTL_FS_H
#define BTL_FS_H

#include <btl/types.h>

struct btl_fs_file {
    const void *handle; // the file system's
    uint64_t size;      // bytes
};

// Memory of the module, until fs_remove() has returned.
struct btl_fs {
    const char *name; // of the device it lies on, "virtio0p1"
    const char *type; // "FAT32"
    // Of the partition, as on the disk (btl/gpt.h); 0 where there is none.
    uint8_t partition_type[16], partition_guid[16];
    // A file by its absolute path. 0, BTL_ENOENT, BTL_EINVAL for a directory, BTL_EIO or
    // BTL_ENOMEM. Nothing has to be given back: the handle is good as long as the file system is
    // there.
    int (*open)(struct btl_fs *fs, struct btl_str path, struct btl_fs_file *ret_file);
    // The first `size` bytes of it; no more than it has.
    int (*read)(struct btl_fs *fs, const struct btl_fs_file *file, void *buffer, uint64_t size);
    void *owner;         // of the module
    struct btl_fs *next; // of the kernel
};

#endif
