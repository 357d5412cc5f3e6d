// SPDX-License-Identifier: BSD-2-Clause
// The linkage of an aarch64 image: its GOT and its veneers. docs/aarch64.md describes them.
#ifndef BTL_CORE_AARCH64_ENTRIES_H
#define BTL_CORE_AARCH64_ENTRIES_H

#include "linkage.h"

enum aarch64_entry_kind {
    AARCH64_GOT_ADDRESS, // GOT entry: symbol + offset
    AARCH64_VENEER,      // branches to symbol + offset, wherever that is
    AARCH64_ENTRY_KINDS,
};

#define AARCH64_VENEER_SIZE 20u

// Return the empty linkage of an aarch64 image; NULL: no memory.
struct btl_linkage *aarch64_linkage_new(struct btl_arena *arena);
// Write GOT entries and veneers. The image is resolved.
void aarch64_write_entries(const struct btl_image *image);

#endif
