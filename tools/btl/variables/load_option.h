// SPDX-License-Identifier: BSD-2-Clause
// The variables Boot#### (EFI_LOAD_OPTION; UEFI 2.10, 3.1.3): a file that the firmware starts, and
// its options.
#ifndef BTL_HOST_LOAD_OPTION_H
#define BTL_HOST_LOAD_OPTION_H

#include <btl/types.h>

#define LOAD_OPTION_ACTIVE       0x1u
#define LOAD_OPTION_CATEGORY     0x1f00u
#define LOAD_OPTION_CATEGORY_APP 0x100u

struct load_option {
    uint32_t attributes;
    // UTF-16 without a NUL, unaligned.
    struct btl_bytes description;
    struct btl_bytes file; // of the first device path; empty: the path names a device only
    struct btl_bytes options;
    struct btl_bytes partition; // LOAD_OPTION_PARTITION bytes of the first device path, or empty
};

// Parse a variable of unknown origin. False: it is malformed.
bool load_option_read(struct btl_bytes variable, struct load_option *ret_option);

// A partition as a device path names it (UEFI 2.10, 10.3.5.1, without the header of the node):
// number, first block, blocks, identity, format and kind of identity.
#define LOAD_OPTION_PARTITION 38u
struct load_option_partition {
    uint32_t number;
    uint64_t start, blocks;
    uint8_t guid[16]; // of an MBR: the disk's signature and zeroes
    bool is_mbr;
};
void load_option_write_partition(const struct load_option_partition *partition,
                                 uint8_t ret_bytes[static LOAD_OPTION_PARTITION]);

// Write a variable: active, of the category boot, without options. `title` and `file` are UTF-8;
// `file` has '/' for the firmware's '\\'. Return its size, at most `size`; 0: there is no room, or
// `file` is no path.
size_t load_option_write(struct btl_str title, const struct load_option_partition *partition,
                         struct btl_str file, uint8_t *bytes, size_t size);

#endif
