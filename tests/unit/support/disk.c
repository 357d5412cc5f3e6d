// SPDX-License-Identifier: BSD-2-Clause
#include "disk.h"

#include <string.h>

#include <btl/hash.h>

static bool read_memory(const struct btl_blocks *blocks, uint64_t offset, void *buffer,
                        uint64_t size)
{
    struct test_disk *disk = blocks->owner;
    disk->reads++;
    if (disk->fail_at >= offset && disk->fail_at - offset < size)
        return false;
    memcpy(buffer, disk->bytes + offset, size); // out of range: ASan says so
    return true;
}

void test_disk_begin(struct test_disk *disk, uint8_t *bytes, uint64_t size, uint32_t block_size)
{
    disk->blocks = (struct btl_blocks){read_memory, disk, size, block_size};
    disk->bytes = bytes;
    disk->fail_at = UINT64_MAX;
    disk->reads = 0;
}

void test_put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

void test_put32(uint8_t *at, uint32_t value)
{
    test_put16(at, value);
    test_put16(at + 2, value >> 16);
}

void test_put64(uint8_t *at, uint64_t value)
{
    test_put32(at, (uint32_t)value);
    test_put32(at + 4, (uint32_t)(value >> 32));
}

static void put_header(uint8_t *bytes, uint64_t block, uint64_t other, uint64_t table)
{
    uint8_t *header = bytes + block * 512;
    memcpy(header, "EFI PART", 8);
    test_put32(header + 8, 0x10000);
    test_put32(header + 12, 92);
    test_put64(header + 24, block);
    test_put64(header + 32, other);
    test_put64(header + 72, table);
    test_put32(header + 80, 4);
    test_put32(header + 84, 128);
    uint8_t *entry = bytes + table * 512 + 128;
    memcpy(entry, "\x28\x73\x2a\xc1\x1f\xf8\xd2\x11\xba\x4b\x00\xa0\xc9\x3e\xc9\x3b", 16);
    memset(entry + 16, 0x5a, 16);
    test_put64(entry + 32, 8);
    test_put64(entry + 40, 39);
    test_gpt_seal(bytes, block);
}

static uint64_t get64(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, 8);
    return value;
}

void test_gpt_seal(uint8_t *bytes, uint64_t block)
{
    uint8_t *header = bytes + block * 512;
    const uint8_t *table = bytes + get64(header + 72) * 512;
    test_put32(header + 88, btl_crc32(0, (struct btl_bytes){table, 512}));
    test_put32(header + 16, 0);
    test_put32(header + 16, btl_crc32(0, (struct btl_bytes){header, 92}));
}

void test_gpt_write(uint8_t *bytes, uint64_t size)
{
    uint64_t last = size / 512 - 1;
    memset(bytes, 0, size);
    put_header(bytes, 1, last, 2);
    put_header(bytes, last, 1, last - 1);
}

void test_fat_entry(uint8_t *entry, const char name[11], uint8_t attributes, uint32_t cluster,
                    uint32_t size)
{
    memset(entry, 0, 32);
    memcpy(entry, name, 11);
    entry[11] = attributes;
    test_put16(entry + 26, cluster);
    test_put32(entry + 28, size);
}

void test_fat_set(uint8_t *bytes, uint32_t cluster, uint32_t value)
{
    uint8_t *at = bytes + 512 + cluster * 3 / 2;
    uint32_t old = at[0] | (uint32_t)at[1] << 8;
    test_put16(at, cluster % 2 ? (old & 0xf) | value << 4 : (old & 0xf000) | value);
}

void test_fat_write(uint8_t *bytes)
{
    memset(bytes, 0, TEST_FAT_SIZE);
    test_put16(bytes + 11, 512); // bytes in a sector
    bytes[13] = 1;               // sectors in a cluster
    test_put16(bytes + 14, 1);   // reserved sectors
    bytes[16] = 1;               // allocation tables
    test_put16(bytes + 17, 16);  // root entries
    test_put16(bytes + 19, 64);  // sectors
    test_put16(bytes + 22, 1);   // sectors of a table
    test_put16(bytes + 510, 0xaa55);
    uint8_t *root = bytes + 2 * 512;
    test_fat_entry(root, "BTL        ", 0x08, 0, 0);
    test_fat_entry(root + 32, "A       TXT", 0, 2, 3);
    test_fat_entry(root + 64, "DIR        ", 0x10, 3, 0);
    test_fat_set(bytes, 2, 0xfff);
    test_fat_set(bytes, 3, 0xfff);
    test_fat_set(bytes, 4, 6);
    test_fat_set(bytes, 6, 5);
    test_fat_set(bytes, 5, 0xfff);
    memcpy(bytes + 3 * 512, "abc", 3);
    test_fat_entry(bytes + 4 * 512, ".          ", 0x10, 3, 0);
    test_fat_entry(bytes + 4 * 512 + 32, "B       BIN", 0, 4, 1200);
    memset(bytes + 5 * 512, 'x', 512); // cluster 4
    memset(bytes + 7 * 512, 'y', 512); // cluster 6
    memset(bytes + 6 * 512, 'z', 512); // cluster 5
}
