// SPDX-License-Identifier: BSD-2-Clause
// The file systems that modules have given to the kernel (btl/fs.h), and which of them is the boot
// volume.
#ifndef KERNEL_DLKM_VOLUME_H
#define KERNEL_DLKM_VOLUME_H

#include <btl/diag.h>
#include <btl/fs.h>

// The file system of the partition that the loader was started from, as the manifest names it.
// Where it names none: the first on an EFI system partition that has the kernel's very file. NULL:
// there is none.
struct btl_fs *volume_boot(void);

// All of a file into memory of kmem, aligned to 8. BTL_ENOENT, BTL_EINVAL for a directory,
// BTL_ENOMEM, or BTL_EIO; *ret is written on success only.
int volume_read(struct btl_fs *fs, struct btl_str path, struct btl_bytes *ret);

#endif
