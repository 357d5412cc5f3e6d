// SPDX-License-Identifier: BSD-2-Clause
// The partition of a boot volume on its disk, as the firmware's boot entries name it.
#ifndef BTL_HOST_DISK_H
#define BTL_HOST_DISK_H

#include "host.h"
#include "variables/load_option.h"

// Find the partition of a disk or disk image that begins at the byte `start`; DISK_ESP: the first
// EFI system partition. False: reported.
#define DISK_ESP UINT64_MAX
bool disk_find_partition(struct host *host, const char *disk, uint64_t start,
                         struct load_option_partition *ret_partition);
// Find the partition on which a directory of this machine lies. False: reported.
bool disk_find_mounted(struct host *host, const char *directory,
                       struct load_option_partition *ret_partition);

#endif
