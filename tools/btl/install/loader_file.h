// SPDX-License-Identifier: BSD-2-Clause
// The file of the loader: BOOTX64.EFI, as the build makes it and as it lies on a boot volume.
#ifndef BTL_HOST_LOADER_FILE_H
#define BTL_HOST_LOADER_FILE_H

#include "host.h"

#define LOADER_FILE_MAX (16u << 20) // bytes

struct loader_file {
    const char *source; // on this machine
    struct btl_bytes bytes;
    bool is_signed;           // it has a signature, which only the firmware can judge
    struct btl_str path;      // on the boot volume, of its own: "/EFI/btl/btlx64.efi"
    struct btl_str removable; // the one that firmware starts without a boot entry
};

// Read the loader `source` (NULL: the one that is installed with this program). False: reported.
bool loader_file_read(struct host *host, const char *source, struct loader_file *ret_file);
// Is this a BTL loader?
bool loader_file_is_btl(struct btl_bytes bytes);
// The paths that loader_file_read() chooses, one for each machine; NULL: no more.
const char *loader_file_path(size_t index);

#endif
