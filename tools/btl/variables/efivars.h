// SPDX-License-Identifier: BSD-2-Clause
// UEFI variables as Linux shows them (Documentation/filesystems/efivarfs.rst): a file NAME-GUID for
// each, with the attributes in its first four bytes. A change is one write() of the whole file. The
// files are immutable, to protect the firmware's own from rm.
#ifndef BTL_HOST_EFIVARS_H
#define BTL_HOST_EFIVARS_H

#include "variables.h"

struct efivar {
    bool present; // false: the rest is not set
    uint32_t attributes;
    struct btl_bytes data;
};

// Open variables->directory. False: reported.
bool efivars_open(struct variables *variables);
// False: the variable exists and cannot be read (reported).
bool efivars_read(struct variables *variables, enum btl_variable which,
                  struct efivar *ret_variable);
// Read a variable that is no record, of at most 64 KiB.
// False: it does not exist, or cannot be read.
bool efivars_read_other(const struct variables *variables, enum variable_vendor vendor,
                        const char *name, struct btl_bytes *ret_data, uint32_t *ret_attributes);

#endif
