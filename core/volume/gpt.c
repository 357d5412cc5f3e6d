// SPDX-License-Identifier: BSD-2-Clause
// GPT: the primary header and table, or the backup.
#include <btl/partitions.h>
#include <btl/hash.h>

#include <btl/mem.h>

// UEFI 2.10, table 5.5. At block 1 and in the last block.
struct gpt_header {
    char signature[8];
    uint32_t revision, header_size, header_crc, reserved;
    uint64_t my_block, other_block, first_usable, last_usable;
    uint8_t disk_guid[16];
    uint64_t table_block;
    uint32_t entry_count, entry_size, table_crc;
} __attribute__((packed));
_Static_assert(sizeof(struct gpt_header) == 92, "EFI_PARTITION_TABLE_HEADER");

// UEFI 2.10, table 5.6.
struct gpt_entry {
    uint8_t type[16], guid[16];
    uint64_t first_block, last_block, attributes;
    uint16_t name[36];
};
_Static_assert(sizeof(struct gpt_entry) == 128, "EFI_PARTITION_ENTRY");

#define TABLE_MAX (1u << 20) // bytes of a table: 64 times what partitioning tools make

struct reader {
    const struct btl_blocks *blocks;
    struct btl_place place;
    struct btl_arena *arena;
    struct btl_diags *diags;
};

enum result { GOOD, DAMAGED, FAILED }; // FAILED: no use in trying the other header

static enum result read_bytes(const struct reader *reader, uint64_t offset, uint64_t size,
                              uint8_t **ret_bytes)
{
    uint8_t *bytes = btl_alloc(reader->arena, size, 8);
    if (bytes == NULL) {
        btl_report(reader->diags, BTL_NO_MEMORY, reader->place,
                   BTL_ARG_Z("reading the partition table"));
        return FAILED;
    }
    if (!reader->blocks->read(reader->blocks, offset, bytes, size))
        return DAMAGED;
    *ret_bytes = bytes;
    return GOOD;
}

// Check signature, sizes, own position and checksum.
static bool is_header(const uint8_t *bytes, uint64_t block, uint32_t block_size)
{
    struct gpt_header header;
    memcpy(&header, bytes, sizeof(header));
    if (memcmp(header.signature, "EFI PART", 8) != 0 || header.my_block != block)
        return false;
    if (header.header_size < sizeof(header) || header.header_size > block_size)
        return false;
    return btl_crc32_of_record((struct btl_bytes){bytes, header.header_size},
                               offsetof(struct gpt_header, header_crc)) == header.header_crc;
}

// The table's place and size in bytes, rounded up to blocks; false when it cannot be.
static bool table_range(const struct reader *reader, const struct gpt_header *header,
                        uint64_t *ret_offset, uint64_t *ret_size)
{
    uint32_t block_size = reader->blocks->block_size;
    uint64_t offset, size;
    if (header->entry_size < sizeof(struct gpt_entry) || header->entry_size % 8 != 0)
        return false;
    if (!btl_mul(header->entry_count, header->entry_size, &size) || size == 0 || size > TABLE_MAX)
        return false;
    size = (size + block_size - 1) / block_size * block_size;
    if (!btl_mul(header->table_block, block_size, &offset))
        return false;
    if (!btl_in_range(offset, size, reader->blocks->size))
        return false;
    *ret_offset = offset;
    *ret_size = size;
    return true;
}

static bool is_used(const struct gpt_entry *entry)
{
    static const uint8_t unused[16];
    return memcmp(entry->type, unused, 16) != 0;
}

// Entry `index` as a partition; false, reported, when it lies outside the disk.
static bool to_partition(const struct reader *reader, const struct gpt_entry *entry, uint32_t index,
                         struct btl_partition *ret)
{
    uint64_t block_size = reader->blocks->block_size, blocks = reader->blocks->size / block_size;
    if (entry->first_block > entry->last_block || entry->last_block >= blocks) {
        btl_report(reader->diags, BTL_GPT_PARTITION_RANGE, reader->place, BTL_DEC(index + 1),
                   BTL_DEC(entry->first_block), BTL_DEC(entry->last_block), BTL_DEC(blocks));
        return false;
    }
    memcpy(ret->type, entry->type, 16);
    memcpy(ret->guid, entry->guid, 16);
    ret->start = entry->first_block * block_size;
    ret->size = (entry->last_block - entry->first_block + 1) * block_size;
    ret->attributes = entry->attributes;
    ret->number = index + 1;
    return true;
}

static enum result read_entries(const struct reader *reader, const struct gpt_header *header,
                                const uint8_t *table, struct btl_partitions *gpt)
{
    gpt->partitions = BTL_NEW_ARRAY(reader->arena, struct btl_partition, header->entry_count);
    if (gpt->partitions == NULL) {
        btl_report(reader->diags, BTL_NO_MEMORY, reader->place,
                   BTL_ARG_Z("reading the partition table"));
        return FAILED;
    }
    gpt->count = 0;
    for (uint32_t i = 0; i < header->entry_count; i++) {
        struct gpt_entry entry;
        memcpy(&entry, table + (uint64_t)i * header->entry_size, sizeof(entry));
        if (is_used(&entry) && to_partition(reader, &entry, i, &gpt->partitions[gpt->count]))
            gpt->count++;
    }
    return GOOD;
}

static enum result read_gpt(const struct reader *reader, uint64_t block, struct btl_partitions *gpt)
{
    uint8_t *bytes, *table;
    uint64_t offset, size;
    uint32_t block_size = reader->blocks->block_size;
    enum result result = read_bytes(reader, block * block_size, block_size, &bytes);
    if (result != GOOD)
        return result;
    if (!is_header(bytes, block, block_size))
        return DAMAGED;
    struct gpt_header header;
    memcpy(&header, bytes, sizeof(header));
    if (!table_range(reader, &header, &offset, &size))
        return DAMAGED;
    result = read_bytes(reader, offset, size, &table);
    if (result != GOOD)
        return result;
    uint64_t used = (uint64_t)header.entry_count * header.entry_size;
    if (btl_crc32(0, (struct btl_bytes){table, used}) != header.table_crc)
        return DAMAGED;
    return read_entries(reader, &header, table, gpt);
}

bool btl_gpt_open(const struct btl_blocks *blocks, struct btl_place place, struct btl_arena *arena,
                  struct btl_partitions *ret_partitions, struct btl_diags *diags)
{
    struct reader reader = {blocks, place, arena, diags};
    struct btl_partitions gpt = {0};
    uint64_t count = blocks->size / blocks->block_size;
    enum result result = count < 3 ? DAMAGED : read_gpt(&reader, 1, &gpt);
    if (result == DAMAGED && count >= 3) {
        result = read_gpt(&reader, count - 1, &gpt);
        gpt.from_backup = true;
        if (result == GOOD)
            btl_report(diags, BTL_GPT_PRIMARY_DAMAGED, place);
    }
    if (result == DAMAGED)
        btl_report(diags, BTL_GPT_MISSING, place);
    if (result != GOOD)
        return false;
    *ret_partitions = gpt;
    return true;
}
