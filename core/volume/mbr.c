// SPDX-License-Identifier: BSD-2-Clause
// MBR: four primary partitions, and a chain of tables in the first extended one.
#include <btl/partitions.h>

#include <btl/mem.h>

// UEFI 2.10, tables 5.1 and 5.2.
struct mbr_record {
    uint8_t boot_indicator, start_chs[3], type, end_chs[3];
    uint32_t start, count; // blocks
} __attribute__((packed));
_Static_assert(sizeof(struct mbr_record) == 16, "MBR_PARTITION_RECORD");

struct mbr {
    uint8_t code[440];
    uint32_t signature;
    uint16_t unknown;
    struct mbr_record records[4];
    uint8_t end[2];
} __attribute__((packed));
_Static_assert(sizeof(struct mbr) == 512, "MASTER_BOOT_RECORD");

enum { TYPE_EXTENDED = 0x05, TYPE_EXTENDED_LBA = 0x0f, TYPE_PROTECTIVE = 0xee };

#define RECORDS 4

struct mbr_reader {
    const struct btl_blocks *blocks;
    struct btl_place place;
    struct btl_diags *diags;
    uint8_t *block; // of blocks->block_size bytes
    uint32_t signature;
    struct btl_partitions *partitions; // capacity: RECORDS + BTL_MBR_LOGICAL_MAX
};

static bool mbr_record_is_used(const struct mbr_record *record)
{
    return record->type != 0 && record->count != 0;
}

static bool mbr_record_is_extended(const struct mbr_record *record)
{
    return record->type == TYPE_EXTENDED || record->type == TYPE_EXTENDED_LBA;
}

// Read the table in a block. False: the device failed, or the block has no signature.
static bool mbr_read(const struct mbr_reader *reader, uint64_t block, struct mbr *ret_mbr)
{
    const struct btl_blocks *blocks = reader->blocks;
    if (!blocks->read(blocks, block * blocks->block_size, reader->block, blocks->block_size))
        return false;
    memcpy(ret_mbr, reader->block, sizeof(*ret_mbr));
    return ret_mbr->end[0] == 0x55 && ret_mbr->end[1] == 0xaa;
}

static bool mbr_records_overlap(const struct mbr_record *a, const struct mbr_record *b)
{
    return a->start < (uint64_t)b->start + b->count && b->start < (uint64_t)a->start + a->count;
}

// Does every record in use fit the disk and no other one? The sector of a boot loader or of a FAT
// has the same signature, and code in this place.
static bool mbr_is_valid(const struct mbr *mbr, uint64_t block_count)
{
    unsigned used = 0;
    for (unsigned i = 0; i < RECORDS; i++) {
        const struct mbr_record *record = &mbr->records[i];
        if (!mbr_record_is_used(record))
            continue;
        if (record->type == TYPE_PROTECTIVE || record->start == 0 ||
            !btl_in_range(record->start, record->count, block_count))
            return false;
        for (unsigned other = 0; other < i; other++)
            if (mbr_record_is_used(&mbr->records[other]) &&
                mbr_records_overlap(record, &mbr->records[other]))
                return false;
        used++;
    }
    return used > 0;
}

void btl_mbr_guid(uint32_t signature, uint64_t start_block, uint8_t ret_guid[static 16])
{
    memset(ret_guid, 0, 16);
    memcpy(ret_guid, &signature, sizeof(signature));
    memcpy(ret_guid + 8, &start_block, sizeof(start_block));
}

static void mbr_add(const struct mbr_reader *reader, const struct mbr_record *record,
                    uint64_t start_block, uint32_t number)
{
    struct btl_partitions *partitions = reader->partitions;
    struct btl_partition *to = &partitions->partitions[partitions->count++];
    uint64_t block_size = reader->blocks->block_size;
    *to = (struct btl_partition){.type = {record->type},
                                 .start = start_block * block_size,
                                 .size = record->count * block_size,
                                 .number = number};
    btl_mbr_guid(reader->signature, start_block, to->guid);
}

// Follow the chain of tables in an extended partition. The first record of each is a partition,
// from that table on; the second leads to the next table, from the extended partition on. Tables
// that lie further and further behind make no loop. A damaged chain ends.
static void mbr_read_logical(const struct mbr_reader *reader, const struct mbr_record *extended)
{
    uint64_t table = 0; // from the start of the extended partition
    for (uint32_t number = RECORDS + 1; number <= RECORDS + BTL_MBR_LOGICAL_MAX; number++) {
        struct mbr mbr;
        if (!mbr_read(reader, extended->start + table, &mbr))
            return;
        const struct mbr_record *record = &mbr.records[0], *next = &mbr.records[1];
        if (mbr_record_is_used(record)) {
            uint64_t start = table + record->start;
            if (record->start == 0 || !btl_in_range(start, record->count, extended->count)) {
                btl_report(reader->diags, BTL_GPT_PARTITION_RANGE, reader->place, BTL_DEC(number),
                           BTL_DEC(extended->start + start),
                           BTL_DEC(extended->start + start + record->count - 1),
                           BTL_DEC(extended->start + extended->count));
                return;
            }
            mbr_add(reader, record, extended->start + start, number);
        }
        if (!mbr_record_is_extended(next) || next->start <= table || next->start >= extended->count)
            return;
        table = next->start;
    }
}

static void mbr_read_partitions(const struct mbr_reader *reader, const struct mbr *mbr)
{
    const struct mbr_record *extended = NULL;
    for (uint32_t i = 0; i < RECORDS; i++) {
        const struct mbr_record *record = &mbr->records[i];
        if (!mbr_record_is_used(record))
            continue;
        if (!mbr_record_is_extended(record))
            mbr_add(reader, record, record->start, i + 1);
        else if (extended == NULL)
            extended = record;
    }
    if (extended != NULL)
        mbr_read_logical(reader, extended);
}

static bool mbr_no_memory(const struct mbr_reader *reader)
{
    btl_report(reader->diags, BTL_NO_MEMORY, reader->place,
               BTL_ARG_Z("reading the partition table"));
    return false;
}

bool btl_mbr_open(const struct btl_blocks *blocks, struct btl_place place, struct btl_arena *arena,
                  struct btl_partitions *ret_partitions, bool *ret_is_mbr, struct btl_diags *diags)
{
    struct btl_partitions partitions = {0};
    struct mbr_reader reader = {blocks, place, diags, NULL, 0, &partitions};
    struct mbr mbr;
    *ret_is_mbr = false;
    reader.block = btl_alloc(arena, blocks->block_size, 8);
    if (reader.block == NULL)
        return mbr_no_memory(&reader);
    if (blocks->size < blocks->block_size || !mbr_read(&reader, 0, &mbr) ||
        !mbr_is_valid(&mbr, blocks->size / blocks->block_size))
        return false;
    *ret_is_mbr = true;
    partitions.partitions =
        BTL_NEW_ARRAY(arena, struct btl_partition, RECORDS + BTL_MBR_LOGICAL_MAX);
    if (partitions.partitions == NULL)
        return mbr_no_memory(&reader);
    reader.signature = mbr.signature;
    mbr_read_partitions(&reader, &mbr);
    *ret_partitions = partitions;
    return true;
}
