// SPDX-License-Identifier: BSD-2-Clause
// UEFI variables as Linux shows them (Documentation/filesystems/efivarfs.rst): a file NAME-GUID for
// each, with the attributes in its first four bytes. A change is one write() of everything; the
// files are immutable, so that no rm takes the firmware's own with it.
#ifndef BTL_HOST_EFIVARS_H
#define BTL_HOST_EFIVARS_H

#include "variables.h"

struct efivar {
    bool there; // else the rest says nothing
    uint32_t attributes;
    struct btl_bytes data;
};

// Opens variables->directory. False: reported.
bool efivars_open(struct variables *variables);
// False: it is there, and cannot be read (reported).
bool efivars_read(struct variables *variables, enum btl_variable which,
                  struct efivar *ret_variable);
// One of the firmware's own, of 64 KiB at most. False: it is not there, or cannot be read.
bool efivars_read_firmware(struct variables *variables, const char *name,
                           struct btl_bytes *ret_data);

#endif
