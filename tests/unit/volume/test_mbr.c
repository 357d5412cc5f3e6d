// SPDX-License-Identifier: BSD-2-Clause
// An MBR: what is one, as the firmware sees it, and the partitions in it.
#include <stdlib.h>
#include <string.h>

#include "test_case.h"

#include <btl/partitions.h>

#include "btl_test.h"
#include "disk.h"

#define BLOCKS 64u

struct fixture {
    uint8_t bytes[BLOCKS * 512];
    struct test_disk disk;
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_partitions table;
    bool is_mbr;
};

static void put_record(struct fixture *f, uint64_t block, unsigned index, uint8_t type,
                       uint32_t start, uint32_t count)
{
    uint8_t *record = f->bytes + block * 512 + 446 + 16 * index;
    record[4] = type;
    test_put32(record + 8, start);
    test_put32(record + 12, count);
    f->bytes[block * 512 + 510] = 0x55;
    f->bytes[block * 512 + 511] = 0xaa;
}

static struct fixture *begin(void)
{
    struct fixture *f = calloc(1, sizeof(*f));
    test_disk_begin(&f->disk, f->bytes, sizeof(f->bytes), 512);
    test_memory_begin(&f->memory);
    f->diags = (struct btl_diags){.arena = &f->memory.arena};
    test_put32(f->bytes + 440, 0x12345678);
    return f;
}

static void open_table(struct fixture *f, bool is_mbr)
{
    struct btl_place place = {.file = BTL_STR("disk")};
    bool good =
        btl_mbr_open(&f->disk.blocks, place, &f->memory.arena, &f->table, &f->is_mbr, &f->diags);
    assert_int_equal(f->is_mbr, is_mbr);
    assert_int_equal(good, is_mbr);
}

static void end(struct fixture *f, const char *codes)
{
    assert_codes(&f->memory, &f->diags, codes);
    test_memory_end(&f->memory);
    free(f);
}

static void expect_none(struct fixture *f)
{
    open_table(f, false);
    end(f, "");
}

static void expect_partition(const struct fixture *f, uint32_t index, uint32_t number, uint8_t type,
                             uint64_t start, uint64_t count)
{
    const struct btl_partition *partition = &f->table.partitions[index];
    uint8_t guid[16];
    assert_true(index < f->table.count);
    btl_mbr_guid(0x12345678, start, guid);
    assert_int_equal(partition->number, number);
    assert_int_equal(partition->type[0], type);
    assert_int_equal(partition->start, start * 512);
    assert_int_equal(partition->size, count * 512);
    assert_memory_equal(partition->guid, guid, 16);
}

TEST(primary_partitions_keep_their_numbers)
{
    struct fixture *f = begin();
    put_record(f, 0, 1, 0x83, 4, 4);
    put_record(f, 0, 3, BTL_MBR_ESP, 8, 56); // to the last block
    open_table(f, true);
    assert_int_equal(f->table.count, 2);
    expect_partition(f, 0, 2, 0x83, 4, 4);
    expect_partition(f, 1, 4, BTL_MBR_ESP, 8, 56);
    assert_ptr_equal(btl_partitions_find_esp(&f->table), &f->table.partitions[1]);
    end(f, "");
}

TEST(a_table_without_an_efi_system_partition)
{
    struct fixture *f = begin();
    put_record(f, 0, 0, 0x0c, 4, 4);
    open_table(f, true);
    assert_null(btl_partitions_find_esp(&f->table));
    end(f, "");
}

TEST(logical_partitions)
{
    struct fixture *f = begin();
    put_record(f, 0, 0, 0x83, 1, 3);
    put_record(f, 0, 1, 0x05, 10, 40);
    put_record(f, 10, 0, BTL_MBR_ESP, 2, 8); // from this table on
    put_record(f, 10, 1, 0x05, 20, 10);      // from the extended partition on
    put_record(f, 30, 0, 0x0c, 1, 19);
    open_table(f, true);
    assert_int_equal(f->table.count, 3);
    expect_partition(f, 1, 5, BTL_MBR_ESP, 12, 8);
    expect_partition(f, 2, 6, 0x0c, 31, 19);
    end(f, "");
}

TEST(a_chain_that_leads_back_ends)
{
    for (uint32_t next = 0; next <= 20; next += 10) {
        struct fixture *f = begin();
        put_record(f, 0, 0, 0x0f, 10, 40);
        put_record(f, 10, 1, 0x0f, 20, 10);
        put_record(f, 30, 0, 0x0c, 1, 5);
        put_record(f, 30, 1, 0x0f, next, 10);
        open_table(f, true);
        assert_int_equal(f->table.count, 1);
        end(f, "");
    }
}

TEST(a_logical_partition_outside_the_extended_one)
{
    struct fixture *f = begin();
    put_record(f, 0, 0, 0x05, 10, 40);
    put_record(f, 10, 0, 0x0c, 1, 40);
    open_table(f, true);
    assert_int_equal(f->table.count, 0);
    end(f, "gpt-partition-range");
}

TEST(a_damaged_chain_ends)
{
    struct fixture *f = begin();
    put_record(f, 0, 0, 0x05, 10, 40);
    put_record(f, 10, 0, 0x0c, 1, 5);
    put_record(f, 10, 1, 0x05, 40, 1); // behind the extended partition
    open_table(f, true);
    assert_int_equal(f->table.count, 1);
    end(f, "");
}

TEST(no_signature)
{
    struct fixture *f = begin();
    put_record(f, 0, 0, 0x0c, 4, 4);
    f->bytes[510] = 0;
    expect_none(f);
}

TEST(no_partition)
{
    struct fixture *f = begin();
    put_record(f, 0, 0, 0, 4, 4);
    put_record(f, 0, 1, 0x0c, 4, 0);
    expect_none(f);
}

// The boot sector of a FAT file system has the same signature, and code in the place of the table.
TEST(records_that_cannot_be_are_no_table)
{
    const uint32_t outside[][2] = {{0, 4}, {4, BLOCKS - 3}, {BLOCKS, 1}, {0xffffffff, 0xffffffff}};
    for (size_t i = 0; i < BTL_COUNT(outside); i++) {
        struct fixture *f = begin();
        put_record(f, 0, 0, 0x0c, 8, 4);
        put_record(f, 0, 2, 0x0c, outside[i][0], outside[i][1]);
        expect_none(f);
    }
    struct fixture *f = begin();
    put_record(f, 0, 0, 0x0c, 8, 4);
    put_record(f, 0, 1, 0x0c, 11, 4);
    expect_none(f);
}

TEST(a_device_that_fails)
{
    struct fixture *f = begin();
    put_record(f, 0, 0, 0x0c, 8, 4);
    f->disk.fail_at = 0;
    expect_none(f);
}

// The same disk may have both: the protective MBR gives way to the GPT, any other one does not.
static struct fixture *begin_both(uint8_t type)
{
    struct fixture *f = begin();
    test_gpt_write(f->bytes, sizeof(f->bytes));
    test_put32(f->bytes + 440, 0x12345678);
    put_record(f, 0, 0, 0x0c, 4, 4);
    put_record(f, 0, 1, type, 8, 8);
    struct btl_place place = {.file = BTL_STR("disk")};
    assert_true(
        btl_partitions_open(&f->disk.blocks, place, &f->memory.arena, &f->table, &f->diags));
    return f;
}

TEST(a_protective_mbr_gives_way_to_the_gpt)
{
    struct fixture *f = begin_both(0xee);
    assert_int_equal(f->table.count, 1);
    assert_int_equal(f->table.partitions[0].number, 2);
    assert_memory_equal(f->table.partitions[0].type, BTL_GPT_ESP, 16);
    assert_ptr_equal(btl_partitions_find_esp(&f->table), f->table.partitions);
    end(f, "");
}

TEST(an_mbr_is_taken_before_the_rest_of_a_gpt)
{
    struct fixture *f = begin_both(0x83);
    assert_int_equal(f->table.count, 2);
    expect_partition(f, 0, 1, 0x0c, 4, 4);
    end(f, "");
}

TEST(no_memory)
{
    for (size_t limit = 0; limit < 2; limit++) {
        struct fixture *f = begin();
        uint8_t room[1024];
        struct btl_arena arena = {.at = room, .end = room + limit * sizeof(room)};
        struct btl_place place = {.file = BTL_STR("disk")};
        put_record(f, 0, 0, 0x0c, 8, 4);
        assert_false(
            btl_mbr_open(&f->disk.blocks, place, &arena, &f->table, &f->is_mbr, &f->diags));
        end(f, "no-memory");
    }
}
