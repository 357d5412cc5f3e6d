// SPDX-License-Identifier: BSD-2-Clause
// The file systems of modules (btl/fs.h), and the boot volume among them.
#ifndef KERNEL_DLKM_VOLUME_H
#define KERNEL_DLKM_VOLUME_H

#include <btl/diag.h>
#include <btl/fs.h>

// Return the file system of the partition that the loader was started from, as the manifest names
// it. If it names none: the first file system of an EFI system partition that has an identical
// kernel file. NULL: there is none.
struct btl_fs *volume_boot(void);

// The same if it has been found already, else NULL.
struct btl_fs *volume_known(void);

// Return the file system of that name; NULL: there is none.
struct btl_fs *volume_named(struct btl_str name);

// Read a file into memory of kmem, aligned to 8. 0, BTL_ENOENT, BTL_EINVAL for a directory,
// BTL_ENOMEM, or BTL_EIO; *ret is written on success only.
int volume_read(struct btl_fs *fs, struct btl_str path, struct btl_bytes *ret);

// The same for a file by its place: /DIR/FILE on the boot volume, or VOLUME:/DIR/FILE. *ret_fs: the
// volume. BTL_ENODEV: there is no such volume, and *ret_fs is NULL.
int volume_read_place(struct btl_str place, struct btl_fs **ret_fs, struct btl_bytes *ret);

#endif
