// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>

#include "test_case.h"

#include <btl/extents.h>

#include "btl_test.h"
#include "disk.h"

struct fixture {
    uint8_t bytes[TEST_FAT_SIZE];
    struct test_disk disk;
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_fat fat;
};

static const struct btl_fat_entry *begin(struct fixture *f, const char *path)
{
    struct btl_place place = {.file = BTL_STR("disk")};
    test_fat_write(f->bytes);
    test_disk_begin(&f->disk, f->bytes, TEST_FAT_SIZE, 512);
    test_memory_begin(&f->memory);
    f->diags = (struct btl_diags){.arena = &f->memory.arena};
    assert_true(btl_fat_open(&f->disk.blocks, 0, TEST_FAT_SIZE, place, &f->memory.arena, &f->fat,
                             &f->diags));
    return btl_fat_find(&f->fat, btl_str_of(path), &f->diags);
}

// The requests read what btl_fat_read() reads, block by block.
TEST(extents_of_a_fragmented_file)
{
    struct fixture f;
    struct btl_extents extents;
    struct btl_read_request requests[4];
    uint8_t expected[1200], got[1536];
    size_t count = 0;
    const struct btl_fat_entry *entry = begin(&f, "/dir/b.bin");
    assert_true(btl_fat_extents(&f.fat, entry, &extents, &f.diags));
    assert_int_equal(extents.size, 1536);
    assert_true(extents.count > 1 && extents.count <= 3);
    btl_extents_request(&extents, 1536, got, requests, &count);
    assert_int_equal(count, extents.count);
    for (size_t i = 0; i < count; i++)
        memcpy(requests[i].to, f.bytes + requests[i].offset, requests[i].size);
    assert_true(btl_fat_read(&f.fat, entry, expected, 1200, &f.diags));
    assert_memory_equal(got, expected, 1200);
    test_memory_end(&f.memory);
}

TEST(requests_end_with_the_file)
{
    struct btl_extent at[] = {{4096, 8192}, {65536, 4096}};
    struct btl_extents extents = {at, 2, 12288};
    struct btl_read_request requests[2];
    uint8_t *to = (uint8_t *)4096;
    size_t count = 0;
    btl_extents_request(&extents, 8704, to, requests, &count);
    assert_int_equal(count, 2);
    assert_int_equal(requests[1].size, 512);
    assert_ptr_equal(requests[1].to, to + 8192);
    count = 0;
    btl_extents_request(&extents, 512, to, requests, &count);
    assert_int_equal(count, 1);
    assert_int_equal(requests[0].size, 512);
}

TEST(neighbours_become_one_request)
{
    uint8_t *to = (uint8_t *)4096;
    struct btl_read_request requests[] = {{0, 512, to},
                                          {512, 512, to + 512},
                                          {1024, 512, to + 2048}, // elsewhere in memory
                                          {2048, 512, to + 2560}, // elsewhere on the device
                                          {2560, 1024, to + 3072}};
    assert_int_equal(btl_requests_join(requests, 5), 3);
    assert_int_equal(requests[0].size, 1024);
    assert_int_equal(requests[1].size, 512);
    assert_int_equal(requests[2].size, 1536);
    assert_ptr_equal(requests[2].to, to + 2560);
    assert_int_equal(btl_requests_join(requests, 0), 0);
}

// A chain that ends before the file does.
TEST(a_short_chain_is_reported)
{
    struct fixture f;
    struct btl_extents extents;
    const struct btl_fat_entry *entry = begin(&f, "/dir/b.bin");
    struct btl_fat_entry longer = *entry;
    longer.size = 1 << 20;
    assert_false(btl_fat_extents(&f.fat, &longer, &extents, &f.diags));
    assert_codes(&f.memory, &f.diags, "fat-short");
    test_memory_end(&f.memory);
}
