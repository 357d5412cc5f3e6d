// SPDX-License-Identifier: BSD-2-Clause
// The partitions of a GPT disk (UEFI 2.10, chapter 5.3), read-only.
#ifndef BTL_GPT_H
#define BTL_GPT_H

#include <btl/blocks.h>
#include <btl/diag.h>

// Type of the EFI system partition, as its bytes lie on the disk (UEFI 2.10, table 5.7).
#define BTL_GPT_ESP "\x28\x73\x2a\xc1\x1f\xf8\xd2\x11\xba\x4b\x00\xa0\xc9\x3e\xc9\x3b"

struct btl_partition {
    uint8_t type[16], guid[16]; // as on the disk
    uint64_t start, size;       // bytes on the device
    uint64_t attributes;
    uint32_t number; // 1-based index in the table, as tools show it
};

struct btl_gpt {
    struct btl_partition *partitions; // those in use, in the order of the table
    uint32_t count;
    bool from_backup; // the primary header or table is damaged
};

// Read the primary header and its table, or the backup at the end of the disk when the primary is
// damaged (then gpt-primary-damaged warns). Both checksums are verified, as are ranges and counts.
bool btl_gpt_open(const struct btl_blocks *blocks, struct btl_place place, struct btl_arena *arena,
                  struct btl_gpt *ret_gpt, struct btl_diags *diags);
// The first partition of a type (16 bytes, as on the disk), or NULL.
const struct btl_partition *btl_gpt_find(const struct btl_gpt *gpt, const char *type);

#endif
