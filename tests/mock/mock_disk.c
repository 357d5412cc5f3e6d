// SPDX-License-Identifier: BSD-2-Clause
// The blocks below the mock's volume: a FAT with the files of the mock.
#include "mock.h"

#include <btl/fat.h>

#include <stdlib.h>
#include <string.h>

static bool disk_read(const struct btl_blocks *blocks, uint64_t offset, void *buffer, uint64_t size)
{
    const struct mock_disk *disk = blocks->owner;
    memcpy(buffer, disk->bytes + offset, size);
    return true;
}

static bool disk_write(void *owner, uint64_t offset, const void *bytes, uint64_t size)
{
    const struct mock_disk *disk = owner;
    memcpy(disk->bytes + offset, bytes, size);
    return true;
}

static bool disk_flush(void *owner)
{
    return true;
}

static void put(uint8_t *at, unsigned bytes, uint64_t value)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t fat_sectors(const struct mock_disk *disk)
{
    return ((disk->clusters + 2) * disk->bits / 8 + disk->block_size) / disk->block_size;
}

// The boot sector (FAT specification, section 3).
static void disk_format(struct mock_disk *disk)
{
    uint32_t sector = disk->block_size, reserved = 32, roots = disk->bits == 32 ? 0 : 512;
    uint32_t data = reserved + 2 * fat_sectors(disk) + roots * 32 / sector;
    uint32_t sectors = data + disk->clusters * (disk->cluster_size / sector);
    disk->size = (uint64_t)sectors * sector;
    disk->bytes = calloc(1, disk->size);
    assert_non_null(disk->bytes);
    uint8_t *boot = disk->bytes;
    put(boot + 11, 2, sector);
    boot[13] = (uint8_t)(disk->cluster_size / sector);
    put(boot + 14, 2, reserved);
    boot[16] = 2;
    put(boot + 17, 2, roots);
    put(boot + 32, 4, sectors);
    put(boot + (disk->bits == 32 ? 36 : 22), disk->bits == 32 ? 4 : 2, fat_sectors(disk));
    put(boot + 44, 4, disk->bits == 32 ? 2 : 0);
    put(boot + 510, 2, 0xaa55);
}

static void disk_mark(struct mock_disk *disk, uint32_t cluster, uint32_t value)
{
    uint8_t *table = disk->bytes + 32ull * disk->block_size;
    uint8_t *at = table + (uint64_t)cluster * disk->bits / 8;
    if (disk->bits == 12)
        put(at, 2,
            cluster % 2 == 1 ? (at[0] & 0x0f) | value << 4
                             : (value & 0xfff) | (uint32_t)(at[1] & 0xf0) << 8);
    else
        put(at, disk->bits / 8, value);
}

// Every second cluster is defective.
static void disk_scatter(struct mock_disk *disk)
{
    for (uint32_t i = 3; i < disk->clusters; i += 2)
        disk_mark(disk, i, disk->bits == 32 ? 0x0ffffff7 : disk->bits == 16 ? 0xfff7 : 0xff7);
}

static void disk_add(struct btl_fat *fat, const struct btl_fat_writer *writer,
                     const struct mock_file *file, struct btl_diags *diags)
{
    struct btl_str path = btl_str_of(file->path), none = {NULL, 0};
    for (size_t i = 1; i < path.len; i++)
        if (path.at[i] == '/')
            btl_fat_make_directory(fat, writer, btl_str_first(path, i), diags); // may exist
    assert_true(btl_fat_replace(fat, writer, path, (struct btl_bytes){file->bytes, file->size},
                                none, diags));
}

// The test gave the shape of the disk, or takes 512-byte blocks with pages as clusters.
void mock_disk_make(struct mock *mock)
{
    struct mock_disk *disk = &mock->disk;
    const size_t size = (size_t)MOCK_FILES << 19;
    uint8_t *memory = malloc(size);
    struct btl_arena arena = {.at = memory, .end = memory + size};
    struct btl_diags diags = {.arena = &arena};
    struct btl_fat fat;
    assert_non_null(memory);
    if (disk->block_size == 0)
        disk->block_size = 512;
    if (disk->cluster_size == 0)
        disk->cluster_size = 4096;
    if (disk->bits == 0)
        disk->bits = 12;
    if (disk->clusters == 0)
        disk->clusters = disk->bits == 12 ? 1000 : disk->bits == 16 ? 5000 : 66000;
    disk_format(disk);
    disk_mark(disk, 0, 0x0ffffff8);
    disk_mark(disk, 1, 0x0fffffff);
    if (disk->bits == 32)
        disk_mark(disk, 2, 0x0fffffff);
    if (disk->scattered)
        disk_scatter(disk);
    const struct btl_blocks blocks = {disk_read, disk, disk->size, disk->block_size};
    const struct btl_fat_writer writer = {disk_write, disk_flush, disk, 0};
    assert_true(btl_fat_open(&blocks, 0, disk->size, (struct btl_place){0}, &arena, &fat, &diags));
    assert_int_equal(fat.bits, disk->bits);
    for (size_t i = 0; i < MOCK_FILES && mock->files[i].path != NULL; i++)
        if (!mock->files[i].directory)
            disk_add(&fat, &writer, &mock->files[i], &diags);
    free(memory);
    mock->volume.blocks =
        (struct volume_blocks){disk->size, disk->block_size, disk->align == 0 ? 1 : disk->align};
}

static fw_status disk_read_blocks(struct volume *volume, uint64_t offset, void *to, uint64_t size)
{
    struct mock *mock = (void *)((char *)volume - offsetof(struct mock, volume));
    struct mock_disk *disk = &mock->disk;
    mock->violations += mock->ran && mock->watchdog == 0;
    mock->violations += mock->volumes_open == 0;
    assert_true(size > 0 && offset % disk->block_size == 0 && size % disk->block_size == 0);
    assert_int_equal((uintptr_t)to % volume->blocks.align, 0);
    assert_true(btl_in_range(offset, size, disk->size));
    disk->requests++;
    if (disk->request_max != 0 && size > disk->request_max)
        return disk->refusal;
    if (disk->fail_from != 0 && disk->requests >= disk->fail_from &&
        disk->requests < disk->fail_from + disk->fail_count)
        return disk->fail_status;
    if (size > disk->largest)
        disk->largest = size;
    memcpy(to, disk->bytes + offset, size);
    return FW_SUCCESS;
}

void mock_disk_table(struct volume *ret)
{
    ret->read_blocks = disk_read_blocks;
}

void mock_disk_end(struct mock *mock)
{
    free(mock->disk.bytes);
    mock->disk = (struct mock_disk){0};
}

uint64_t mock_disk_find(const struct mock *mock, const void *bytes, uint64_t size)
{
    for (uint64_t at = 0; at + size <= mock->disk.size; at += mock->disk.block_size)
        if (memcmp(mock->disk.bytes + at, bytes, size) == 0)
            return at;
    fail_msg("these bytes are not on the disk");
    return 0;
}

void mock_disk_mark(struct mock *mock, uint32_t cluster, uint32_t value)
{
    disk_mark(&mock->disk, cluster, value);
}
