// SPDX-License-Identifier: BSD-2-Clause
// The variables of a firmware in the file in which QEMU keeps them (OVMF_VARS.fd): a firmware
// volume (PI 1.8, volume 3, 3.2.1) with the variable store of edk2
// (MdeModulePkg/Include/Guid/VariableFormat.h).
//
// An update that a power failure has cut short may lie in the blocks behind the store; the firmware
// finishes it when it starts, here it is not looked at. Nor is the padding of ia64's stores.
#ifndef BTL_HOST_VARSTORE_H
#define BTL_HOST_VARSTORE_H

#include <btl/diag.h>

struct varstore {
    struct btl_bytes records; // every one of them is whole
    size_t header_size;       // of a record
    bool authenticated;       // the longer header
};

struct varstore_variable {
    uint32_t attributes; // UEFI 2.10, 8.2
    struct btl_bytes data;
};

// Checks the file and all records. False: reported. A damaged record is a warning; it and what lies
// behind it is left out.
bool varstore_open(struct btl_bytes file, struct btl_place place, struct varstore *ret_store,
                   struct btl_diags *diags);
// `guid` as EFI_GUID lies in memory; `name` is ASCII. False: there is no such variable.
bool varstore_find(const struct varstore *store, const uint8_t guid[static 16], const char *name,
                   struct varstore_variable *ret_variable);

#endif
