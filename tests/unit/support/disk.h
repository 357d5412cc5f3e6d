// SPDX-License-Identifier: BSD-2-Clause
// A disk in memory, and small file systems on it, for tests that damage one field at a time.
#ifndef BTL_TEST_DISK_H
#define BTL_TEST_DISK_H

#include <btl/blocks.h>

struct test_disk {
    struct btl_blocks blocks;
    uint8_t *bytes;
    uint64_t fail_at; // reads that touch this byte fail; UINT64_MAX: none
    unsigned reads;
};

void test_disk_begin(struct test_disk *disk, uint8_t *bytes, uint64_t size, uint32_t block_size);

void test_put16(uint8_t *at, uint32_t value);
void test_put32(uint8_t *at, uint32_t value);
void test_put64(uint8_t *at, uint64_t value);

// Primary and backup GPT on 512-byte blocks: 4 entries, the second an ESP over blocks 8 … 39.
void test_gpt_write(uint8_t *bytes, uint64_t size);
// Both checksums of the header in `block`, made right again after a change.
void test_gpt_seal(uint8_t *bytes, uint64_t block);

// A FAT12 volume of 64 sectors with one cluster a sector: sector 0 boot, 1 FAT, 2 root directory
// (16 entries), clusters from sector 3 on. /A.TXT (3 bytes, cluster 2), /DIR (cluster 3) with B.BIN
// (1,200 bytes, clusters 4, 6, 5) in it.
#define TEST_FAT_SIZE (64u * 512)
void test_fat_write(uint8_t *bytes);
void test_fat_entry(uint8_t *entry, const char name[11], uint8_t attributes, uint32_t cluster,
                    uint32_t size);
void test_fat_set(uint8_t *bytes, uint32_t cluster, uint32_t value);

#endif
