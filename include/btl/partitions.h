// SPDX-License-Identifier: BSD-2-Clause
// The partitions of a disk, read-only: those of a GPT (UEFI 2.10, 5.3) or of an MBR (5.2).
#ifndef BTL_PARTITIONS_H
#define BTL_PARTITIONS_H

#include <btl/blocks.h>
#include <btl/diag.h>

BTL_BEGIN_DECLS

// Types of the EFI system partition: of a GPT, as its bytes lie on the disk (UEFI 2.10, table 5.7),
// and of an MBR (5.2.2).
#define BTL_GPT_ESP "\x28\x73\x2a\xc1\x1f\xf8\xd2\x11\xba\x4b\x00\xa0\xc9\x3e\xc9\x3b"
#define BTL_MBR_ESP 0xef

#define BTL_MBR_LOGICAL_MAX 60 // logical partitions that are read

struct btl_partition {
    // Of a GPT: as on the disk. Of an MBR: the type's byte and zeroes, and btl_mbr_guid().
    uint8_t type[16], guid[16];
    uint64_t start, size; // bytes on the device
    uint64_t attributes;  // of a GPT
    uint32_t number;      // 1-based index in the table, as tools show it; logical ones from 5 on
};

struct btl_partitions {
    struct btl_partition *partitions; // those in use, in the order of the table
    uint32_t count;
    bool from_backup; // the primary header or table of the GPT is damaged
};

// Read the table that the firmware takes: the MBR, unless it is missing, or protects a GPT; then
// the GPT.
bool btl_partitions_open(const struct btl_blocks *blocks, struct btl_place place,
                         struct btl_arena *arena, struct btl_partitions *ret_partitions,
                         struct btl_diags *diags);
// Read the primary header and its table, or the backup at the end of the disk when the primary is
// damaged (then gpt-primary-damaged warns). Both checksums are verified, as are ranges and counts.
bool btl_gpt_open(const struct btl_blocks *blocks, struct btl_place place, struct btl_arena *arena,
                  struct btl_partitions *ret_partitions, struct btl_diags *diags);
// Is block 0 an MBR that is no protection of a GPT? If so, read it: primary partitions, and those
// in the first extended one. As in the firmware, a table with a partition outside the disk, or with
// two that overlap, is no MBR. *ret_is_mbr is valid in any case; false without an MBR reports
// nothing.
bool btl_mbr_open(const struct btl_blocks *blocks, struct btl_place place, struct btl_arena *arena,
                  struct btl_partitions *ret_partitions, bool *ret_is_mbr, struct btl_diags *diags);
// Return the identity of an MBR partition in 16 bytes: the disk's signature, four zeroes, and the
// partition's first block on the disk.
void btl_mbr_guid(uint32_t signature, uint64_t start_block, uint8_t ret_guid[BTL_AT_LEAST(16)]);
// Is this the type of an EFI system partition, in either table?
bool btl_partition_type_is_esp(const uint8_t type[BTL_AT_LEAST(16)]);
// Return the first EFI system partition, or NULL.
const struct btl_partition *btl_partitions_find_esp(const struct btl_partitions *partitions);

BTL_END_DECLS

#endif
