// SPDX-License-Identifier: BSD-2-Clause
// The variables of a firmware in the file in which QEMU keeps them (OVMF_VARS.fd): a firmware
// volume (PI 1.8, volume 3, 3.2.1) with the variable store of edk2
// (MdeModulePkg/Include/Guid/VariableFormat.h).
//
// After a power failure the blocks after the store may contain an unfinished update, which the
// firmware completes when it starts. Neither that nor the padding of ia64's stores is read here.
#ifndef BTL_HOST_VARSTORE_H
#define BTL_HOST_VARSTORE_H

#include <btl/diag.h>

struct varstore {
    struct btl_bytes records; // complete ones
    size_t header_size;       // of a record
    bool authenticated;       // the longer header
};

struct varstore_variable {
    uint32_t attributes; // UEFI 2.10, 8.2
    struct btl_bytes data;
};

// Check the file and all records. False: reported. A damaged record is reported as a warning; it
// and all records after it are ignored.
bool varstore_open(struct btl_bytes file, struct btl_place place, struct varstore *ret_store,
                   struct btl_diags *diags);
// Find a variable. `guid` has the layout of EFI_GUID; `name` is ASCII. False: there is none.
bool varstore_find(const struct varstore *store, const uint8_t guid[static 16], const char *name,
                   struct varstore_variable *ret_variable);

#endif
