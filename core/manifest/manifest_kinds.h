// SPDX-License-Identifier: BSD-2-Clause
// What reader, writer and text of the manifest share beside the public header.
#ifndef BTL_CORE_MANIFEST_KINDS_H
#define BTL_CORE_MANIFEST_KINDS_H

#include <btl/manifest.h>

struct btlm_kind_info {
    const char *name;    // as messages and commands call the table
    uint32_t entry_size; // of version 1.0; 1: text, whose entries never grow
    uint32_t align;      // what entry_size must be a multiple of
    bool single;         // exactly one entry
};

extern const struct btlm_kind_info btlm_kinds[BTLM_KINDS]; // [0] is unused

// CRC-32 of the bytes with header.checksum taken as 0. At least a header.
uint32_t btlm_checksum(struct btl_bytes bytes);

// The last stage of btl_manifest_open(): every field of every entry. The tables lie inside.
bool btlm_check_entries(const struct btl_manifest *manifest, struct btl_place place,
                        struct btl_diags *diags);

#endif
