// SPDX-License-Identifier: BSD-2-Clause
// Shared by reader, writer and text of the manifest.
#ifndef BTL_CORE_MANIFEST_KINDS_H
#define BTL_CORE_MANIFEST_KINDS_H

#include <btl/manifest.h>

struct btlm_kind_info {
    const char *name;    // for messages and commands
    uint32_t entry_size; // of this version, which the writer writes; 1: text, which never grows
    uint32_t first_size; // of the version that brought the table: the least that a reader takes
    uint32_t align;      // of entry_size
    bool single;         // exactly one entry
};

extern const struct btlm_kind_info btlm_kinds[BTLM_KINDS]; // [0] is unused

// Return the CRC-32 of a manifest, with 0 in header.checksum. `bytes` has at least a header.
uint32_t btlm_checksum(struct btl_bytes bytes);

// Check every field of every entry: the last stage of btl_manifest_open(). The tables must be
// inside the manifest.
bool btlm_check_entries(const struct btl_manifest *manifest, struct btl_place place,
                        struct btl_diags *diags);

#endif
