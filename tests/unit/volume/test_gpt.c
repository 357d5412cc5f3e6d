// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "test_case.h"

#include <btl/partitions.h>

#include "btl_test.h"
#include "disk.h"

#define DISK_SIZE (64u * 512)

struct fixture {
    uint8_t bytes[DISK_SIZE];
    struct test_disk disk;
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_partitions gpt;
};

static void begin(struct fixture *f)
{
    test_gpt_write(f->bytes, DISK_SIZE);
    test_disk_begin(&f->disk, f->bytes, DISK_SIZE, 512);
    test_memory_begin(&f->memory);
    f->diags = (struct btl_diags){.arena = &f->memory.arena};
}

static bool open_disk(struct fixture *f)
{
    struct btl_place place = {.file = BTL_STR("disk")};
    return btl_gpt_open(&f->disk.blocks, place, &f->memory.arena, &f->gpt, &f->diags);
}

TEST(finds_the_system_partition)
{
    struct fixture f;
    begin(&f);
    assert_true(open_disk(&f));
    assert_int_equal(f.gpt.count, 1);
    assert_false(f.gpt.from_backup);
    const struct btl_partition *esp = btl_partitions_find_esp(&f.gpt);
    assert_non_null(esp);
    assert_int_equal(esp->number, 2);
    assert_int_equal(esp->start, 8 * 512);
    assert_int_equal(esp->size, 32 * 512);
    f.gpt.partitions[0].type[15] ^= 1;
    assert_null(btl_partitions_find_esp(&f.gpt));
    assert_codes(&f.memory, &f.diags, "");
    test_memory_end(&f.memory);
}

// Each damage to the primary: the backup serves, with a warning. To both: gpt-missing.
static void damage(size_t offset, uint8_t value, bool seal)
{
    for (int both = 0; both < 2; both++) {
        struct fixture f;
        begin(&f);
        f.bytes[512 + offset] ^= value;
        if (seal)
            test_gpt_seal(f.bytes, 1);
        if (both) {
            f.bytes[63 * 512 + offset] ^= value;
            if (seal)
                test_gpt_seal(f.bytes, 63);
        }
        assert_int_equal(open_disk(&f), !both);
        assert_codes(&f.memory, &f.diags, both ? "gpt-missing" : "gpt-primary-damaged");
        if (!both) {
            assert_true(f.gpt.from_backup);
            assert_int_equal(f.gpt.count, 1);
        }
        test_memory_end(&f.memory);
    }
}

TEST(wrong_signature)
{
    damage(0, 1, true);
}

TEST(wrong_header_checksum)
{
    damage(56, 1, false); // a byte of the disk GUID
}

TEST(header_size_too_small)
{
    damage(12, 92 ^ 88, true);
}

TEST(wrong_own_block)
{
    damage(24, 2, true);
}

TEST(entry_size_not_a_multiple_of_8)
{
    damage(84, 4, true);
}

TEST(no_entries)
{
    damage(80, 4, true);
}

TEST(wrong_table_checksum)
{
    struct fixture f;
    begin(&f);
    f.bytes[2 * 512 + 200] ^= 1;
    assert_true(open_disk(&f));
    assert_codes(&f.memory, &f.diags, "gpt-primary-damaged");
    test_memory_end(&f.memory);
}

TEST(table_outside_the_disk)
{
    struct fixture f;
    begin(&f);
    test_put32(f.bytes + 512 + 80, 4000); // 1,000 blocks of entries
    test_put32(f.bytes + 512 + 16, 0);
    f.bytes[63 * 512] = 0;
    assert_false(open_disk(&f));
    assert_codes(&f.memory, &f.diags, "gpt-missing");
    test_memory_end(&f.memory);
}

TEST(partition_past_the_end_is_left_out)
{
    struct fixture f;
    begin(&f);
    test_put64(f.bytes + 2 * 512 + 128 + 40, 64);
    test_gpt_seal(f.bytes, 1);
    assert_true(open_disk(&f));
    assert_int_equal(f.gpt.count, 0);
    assert_codes(&f.memory, &f.diags, "gpt-partition-range");
    test_memory_end(&f.memory);
}

TEST(partition_that_ends_before_it_begins)
{
    struct fixture f;
    begin(&f);
    test_put64(f.bytes + 2 * 512 + 128 + 40, 7);
    test_gpt_seal(f.bytes, 1);
    assert_true(open_disk(&f));
    assert_codes(&f.memory, &f.diags, "gpt-partition-range");
    test_memory_end(&f.memory);
}

TEST(unreadable_primary)
{
    struct fixture f;
    begin(&f);
    f.disk.fail_at = 512;
    assert_true(open_disk(&f));
    assert_codes(&f.memory, &f.diags, "gpt-primary-damaged");
    test_memory_end(&f.memory);
}

TEST(disk_of_one_block)
{
    struct fixture f;
    begin(&f);
    f.disk.blocks.size = 512;
    assert_false(open_disk(&f));
    assert_codes(&f.memory, &f.diags, "gpt-missing");
    test_memory_end(&f.memory);
}

TEST(out_of_memory_at_each_allocation)
{
    for (size_t n = 0;; n++) {
        struct fixture f;
        begin(&f);
        test_memory_end(&f.memory);
        test_memory_begin_limited(&f.memory, n);
        bool good = open_disk(&f), starved = f.memory.refused > 0;
        assert_int_equal(good, !starved);
        if (starved)
            assert_true(f.diags.lost + test_count_code(&f.diags, BTL_NO_MEMORY) > 0);
        test_memory_end(&f.memory);
        if (!starved)
            break;
    }
}
