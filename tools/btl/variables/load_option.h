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
};

// Parse a variable of unknown origin. False: it is malformed.
bool load_option_read(struct btl_bytes variable, struct load_option *ret_option);

#endif
