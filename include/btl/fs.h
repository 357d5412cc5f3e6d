// SPDX-License-Identifier: BSD-2-Clause
// Interface fs:1.0: a file system that a module registers with fs_add(). The kernel reads the files
// of modules from that of the boot volume.
//
// A module that can read boot volumes has BTL_PROVIDES("fs:1.0"), which tells the loader that the
// kernel can read files by itself (docs/data-path.md).
#ifndef BTL_FS_H
#define BTL_FS_H

#include <btl/types.h>

struct btl_fs_file {
    const void *handle; // private to the file system
    uint64_t size;      // bytes
};

// Memory of the module, in use until fs_remove() returns.
struct btl_fs {
    const char *name; // of its device, "virtio0p1"; no other file system has it
    const char *type; // "FAT32"
    // Of the partition (struct btl_partition); 0: there is none.
    uint8_t partition_type[16], partition_guid[16];
    // Find a file by its absolute path. 0, BTL_ENOENT, BTL_EINVAL for a directory, BTL_EIO or
    // BTL_ENOMEM. The handle is valid until fs_remove(); files are not closed.
    int (*open)(struct btl_fs *fs, struct btl_str path, struct btl_fs_file *ret_file);
    // Read the first `size` bytes of a file; not more than it has.
    int (*read)(struct btl_fs *fs, const struct btl_fs_file *file, void *buffer, uint64_t size);
    void *owner;         // of the module
    struct btl_fs *next; // of the kernel
};

#endif
