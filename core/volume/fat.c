// SPDX-License-Identifier: BSD-2-Clause
// FAT: the boot sector, chains of clusters, and the contents of files.
#include "fat.h"

#include <btl/mem.h>

// The fields of the BIOS parameter block that are used (FAT specification, section 3).
struct bpb {
    uint8_t jump[3];
    char oem[8];
    uint16_t sector_size;
    uint8_t sectors_per_cluster;
    uint16_t reserved_sectors;
    uint8_t fat_count;
    uint16_t root_entries;
    uint16_t sectors_16;
    uint8_t media;
    uint16_t fat_sectors_16;
    uint16_t sectors_per_track, heads;
    uint32_t hidden, sectors_32;
    // FAT32 only from here on
    uint32_t fat_sectors_32;
    uint16_t flags, version;
    uint32_t root_cluster;
} __attribute__((packed));
_Static_assert(sizeof(struct bpb) == 48, "BPB");

#define WINDOW_SIZE (64u << 10) // bytes of the FAT that are kept

enum { ACTIVE_TABLE = 15, ONE_TABLE = 128 }; // of flags

bool fat_device_read(struct btl_fat *fat, uint64_t offset, void *buffer, uint64_t size,
                     struct btl_diags *diags)
{
    if (btl_in_range(offset, size, fat->blocks->size) &&
        fat->blocks->read(fat->blocks, offset, buffer, size))
        return true;
    btl_report(diags, BTL_FAT_DEVICE, fat->place, BTL_DEC(size), BTL_HEX(offset));
    return false;
}

// Check what the layout is computed from; NULL when good, else what is wrong.
static const char *bpb_defect(const struct bpb *bpb, const struct btl_blocks *blocks)
{
    if (!btl_is_power_of_two(bpb->sector_size) || bpb->sector_size < blocks->block_size ||
        bpb->sector_size > BTL_BLOCK_MAX)
        return "the sector size";
    if (!btl_is_power_of_two(bpb->sectors_per_cluster))
        return "the number of sectors in a cluster";
    if (bpb->reserved_sectors == 0)
        return "the number of reserved sectors";
    if (bpb->fat_count == 0 || (bpb->fat_sectors_16 == 0 && bpb->fat_sectors_32 == 0))
        return "the number or size of the allocation tables";
    if (bpb->sectors_16 == 0 && bpb->sectors_32 == 0)
        return "the number of sectors";
    return NULL;
}

static const char few_clusters[] = "the number of clusters";

// Fill in where everything lies. All in 64 bits: no field can make it wrap.
static const char *fat_lay_out(struct btl_fat *fat, const struct bpb *bpb, uint64_t size)
{
    uint64_t sector = bpb->sector_size;
    uint64_t sectors = bpb->sectors_16 != 0 ? bpb->sectors_16 : bpb->sectors_32;
    uint64_t fat_sectors = bpb->fat_sectors_16 != 0 ? bpb->fat_sectors_16 : bpb->fat_sectors_32;
    uint64_t root_sectors = ((uint64_t)bpb->root_entries * 32 + sector - 1) / sector;
    uint64_t root = bpb->reserved_sectors + bpb->fat_count * fat_sectors;
    uint64_t data = root + root_sectors;
    if (sectors > size / sector)
        return "the number of sectors: it is more than the partition holds";
    if (data >= sectors)
        return "the size of the allocation tables: no sector is left for data";
    uint64_t clusters = (sectors - data) / bpb->sectors_per_cluster;
    fat->cluster_count = (uint32_t)clusters;
    fat->bits = clusters < 4085 ? 12 : clusters < 65525 ? 16 : 32; // section 3.5
    if (clusters > 0x0ffffff5)
        return "the number of clusters";
    if (fat->bits != 32 && bpb->root_entries == 0 && bpb->fat_sectors_16 == 0)
        return few_clusters;
    if ((fat->bits == 32) != (bpb->root_entries == 0))
        return "the number of root directory entries";
    // FAT32 alone: a later version may mean anything, and one table of several may be the only one
    // that is kept (section 3, BPB_FSVer and BPB_ExtFlags).
    bool one = fat->bits == 32 && (bpb->flags & ONE_TABLE) != 0;
    uint64_t active = one ? bpb->flags & ACTIVE_TABLE : 0;
    if (fat->bits == 32 && bpb->version != 0)
        return "the version";
    if (active >= bpb->fat_count)
        return "the number of the allocation table that is kept";
    if ((clusters + 2) * fat->bits > fat_sectors * sector * 8)
        return "the size of the allocation table: it is too small for its clusters";
    fat->table = fat->start + (bpb->reserved_sectors + active * fat_sectors) * sector;
    fat->table_end = fat->table + fat_sectors * sector;
    fat->table_count = one ? 1 : bpb->fat_count;
    fat->root = fat->start + root * sector;
    fat->clusters = fat->start + data * sector;
    fat->cluster_size = bpb->sectors_per_cluster * sector;
    fat->cluster_count = (uint32_t)clusters;
    fat->root_entries = bpb->root_entries;
    fat->root_cluster = fat->bits == 32 ? bpb->root_cluster : 0;
    return NULL;
}

bool btl_fat_open(const struct btl_blocks *blocks, uint64_t start, uint64_t size,
                  struct btl_place place, struct btl_arena *arena, struct btl_fat *ret_fat,
                  struct btl_diags *diags)
{
    struct btl_fat fat = {.blocks = blocks, .place = place, .arena = arena, .start = start};
    struct bpb bpb;
    uint8_t *sector = btl_alloc(arena, BTL_BLOCK_MAX, 8);
    fat.window = btl_alloc(arena, WINDOW_SIZE, 8);
    if (sector == NULL || fat.window == NULL) {
        btl_report(diags, BTL_NO_MEMORY, place, BTL_ARG_Z("opening the FAT file system"));
        return false;
    }
    if (!btl_in_range(start, size, blocks->size) || start % blocks->block_size != 0) {
        btl_report(diags, BTL_FAT_OUTSIDE, place, BTL_HEX(start), BTL_SIZE(size),
                   BTL_SIZE(blocks->size));
        return false;
    }
    if (!fat_device_read(&fat, start, sector, blocks->block_size, diags))
        return false;
    memcpy(&bpb, sector, sizeof(bpb));
    const char *defect = bpb_defect(&bpb, blocks);
    if (defect == NULL)
        defect = fat_lay_out(&fat, &bpb, size);
    if (sector[510] != 0x55 || sector[511] != 0xaa)
        defect = "the signature at the end of the boot sector";
    if (defect == few_clusters)
        btl_report(diags, BTL_FAT_FEW_CLUSTERS, place, BTL_DEC(fat.cluster_count));
    else if (defect != NULL)
        btl_report(diags, BTL_FAT_BAD, place, BTL_ARG_Z(defect));
    if (defect != NULL)
        return false;
    *ret_fat = fat;
    return true;
}

uint64_t fat_cluster_offset(const struct btl_fat *fat, uint32_t cluster)
{
    return fat->clusters + (uint64_t)(cluster - 2) * fat->cluster_size;
}

// Two or four bytes of the FAT at device offset `at`, through the window.
static bool table_byte_pointer(struct btl_fat *fat, uint64_t at, uint64_t size,
                               const uint8_t **ret_bytes, struct btl_diags *diags)
{
    if (at < fat->window_at || at + size > fat->window_at + fat->window_size) {
        uint64_t from = at & ~(uint64_t)(BTL_BLOCK_MAX - 1);
        if (from < fat->table)
            from = fat->table;
        uint64_t length = fat->table_end - from;
        if (length > WINDOW_SIZE)
            length = WINDOW_SIZE;
        fat->window_size = 0; // the old contents are gone even when the read fails
        if (!fat_device_read(fat, from, fat->window, length, diags))
            return false;
        fat->window_at = from;
        fat->window_size = length;
    }
    *ret_bytes = fat->window + (at - fat->window_at);
    return true;
}

bool fat_table_entry(struct btl_fat *fat, uint32_t cluster, uint32_t *ret, struct btl_diags *diags)
{
    uint64_t bytes = fat->bits == 32 ? 4 : 2;
    uint64_t at = fat->table + (uint64_t)cluster * fat->bits / 8;
    const uint8_t *entry;
    if (!table_byte_pointer(fat, at, bytes, &entry, diags))
        return false;
    uint32_t value = entry[0] | (uint32_t)entry[1] << 8;
    if (fat->bits == 32)
        value = (value | (uint32_t)entry[2] << 16 | (uint32_t)entry[3] << 24) & 0x0fffffff;
    if (fat->bits == 12)
        value = cluster % 2 == 1 ? value >> 4 : value & 0xfff;
    *ret = value;
    return true;
}

// Count the clusters from `cluster` on, at most `max`, that the window shows to be followed by
// their neighbour. Most chains are ascending, and an entry at a time costs ten times as much.
static uint32_t fat_count_ascending(const struct btl_fat *fat, uint32_t cluster, uint32_t max)
{
    const uint32_t width = fat->bits / 8, mask = fat->bits == 32 ? 0x0fffffff : 0xffff;
    uint64_t at = fat->table + (uint64_t)cluster * width, end = fat->window_at + fat->window_size;
    if (fat->bits == 12 || at < fat->window_at || at >= end)
        return 0;
    uint64_t shown = (end - at) / width, last = fat->cluster_count + 1 - cluster;
    shown = shown < last ? shown : last;
    max = shown < max ? (uint32_t)shown : max;
    const uint8_t *entry = fat->window + (at - fat->window_at);
    for (uint32_t i = 0; i < max; i++, entry += width) {
        uint32_t next = 0;
        memcpy(&next, entry, 2);
        if (width == 4)
            memcpy(&next, entry, 4);
        if ((next & mask) != cluster + i + 1)
            return i;
    }
    return max;
}

bool fat_next_run(struct btl_fat *fat, uint32_t *cluster, uint32_t max, struct fat_run *ret_run,
                  struct btl_diags *diags)
{
    uint32_t end_mark = fat->bits == 12 ? 0xff8 : fat->bits == 16 ? 0xfff8 : 0x0ffffff8;
    uint32_t current = *cluster, next = 0;
    struct fat_run run = {current, 0};
    if (!fat_is_cluster(fat, current)) {
        btl_report(diags, BTL_FAT_CHAIN, fat->place, BTL_DEC(current), BTL_DEC(fat->cluster_count));
        return false;
    }
    do {
        uint32_t ascending = fat_count_ascending(fat, current, max - run.count - 1);
        current += ascending;
        run.count += ascending + 1;
        if (!fat_table_entry(fat, current, &next, diags))
            return false;
        if (next >= end_mark) {
            next = 0;
            break;
        }
        if (!fat_is_cluster(fat, next)) {
            btl_report(diags, BTL_FAT_CHAIN, fat->place, BTL_DEC(next),
                       BTL_DEC(fat->cluster_count));
            return false;
        }
    } while (next == current++ + 1 && run.count < max);
    *cluster = next;
    *ret_run = run;
    return true;
}

// `size` bytes at device offset `offset`: whole blocks straight into the buffer, the rest through a
// block of the caller's.
static bool read_part(struct btl_fat *fat, uint64_t offset, uint8_t *buffer, uint64_t size,
                      uint8_t *block, struct btl_diags *diags)
{
    uint64_t rest = size % fat->blocks->block_size, whole = size - rest;
    if (whole > 0 && !fat_device_read(fat, offset, buffer, whole, diags))
        return false;
    if (rest == 0)
        return true;
    if (!fat_device_read(fat, offset + whole, block, fat->blocks->block_size, diags))
        return false;
    memcpy(buffer + whole, block, rest);
    return true;
}

bool btl_fat_read(struct btl_fat *fat, const struct btl_fat_entry *entry, void *buffer,
                  uint64_t size, struct btl_diags *diags)
{
    uint8_t *at = buffer, *block = btl_alloc(fat->arena, fat->blocks->block_size, 8);
    uint32_t cluster = entry->first_cluster;
    if (block == NULL) {
        btl_report(diags, BTL_NO_MEMORY, fat->place, BTL_ARG_Z("reading a file"));
        return false;
    }
    while (size > 0) {
        struct fat_run run;
        uint32_t max = (uint32_t)((size + fat->cluster_size - 1) / fat->cluster_size);
        if (cluster == 0) {
            btl_report(diags, BTL_FAT_SHORT, fat->place, BTL_ARG(entry->name), BTL_DEC(size));
            return false;
        }
        if (!fat_next_run(fat, &cluster, max, &run, diags))
            return false;
        uint64_t part = run.count * fat->cluster_size;
        if (part > size)
            part = size;
        if (!read_part(fat, fat_cluster_offset(fat, run.first), at, part, block, diags))
            return false;
        at += part;
        size -= part;
    }
    return true;
}
