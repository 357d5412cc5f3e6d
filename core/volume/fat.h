// SPDX-License-Identifier: BSD-2-Clause
// Between the parts of the FAT reader: clusters (fat.c) and directories (fat_directory.c).
#ifndef BTL_CORE_FAT_H
#define BTL_CORE_FAT_H

#include <btl/fat.h>

// Neighbouring clusters of a chain.
struct fat_run {
    uint32_t first; // cluster
    uint32_t count;
};

// A cluster that a chain may name?
static inline bool fat_is_cluster(const struct btl_fat *fat, uint32_t cluster)
{
    return cluster >= 2 && cluster - 2 < fat->cluster_count;
}

// The run that begins at *cluster, at most `max` clusters long. *cluster becomes the cluster after
// it, or 0 at the end of the chain. False, reported: the chain is broken or the device failed.
bool fat_next_run(struct btl_fat *fat, uint32_t *cluster, uint32_t max, struct fat_run *ret_run,
                  struct btl_diags *diags);
// The entry of a cluster in the allocation table. btl_fat_open() has checked that the table has it.
bool fat_table_entry(struct btl_fat *fat, uint32_t cluster, uint32_t *ret, struct btl_diags *diags);
uint64_t fat_cluster_offset(const struct btl_fat *fat, uint32_t cluster);
// Device bytes into memory; reported on failure.
bool fat_device_read(struct btl_fat *fat, uint64_t offset, void *buffer, uint64_t size,
                     struct btl_diags *diags);

#endif
