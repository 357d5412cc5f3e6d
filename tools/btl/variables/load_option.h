// SPDX-License-Identifier: BSD-2-Clause
// The variables Boot#### (EFI_LOAD_OPTION; UEFI 2.10, 3.1.3): which file the firmware starts, with
// which options.
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
    struct btl_bytes file; // of the first device path; empty: that names a device alone
    struct btl_bytes options;
};

// Anybody may have written it. False: it is none.
bool load_option_read(struct btl_bytes variable, struct load_option *ret_option);

#endif
