// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "test_case.h"

#include <btl/fat.h>

#include "btl_test.h"
#include "disk.h"

struct fixture {
    uint8_t bytes[TEST_FAT_SIZE];
    struct test_disk disk;
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_fat fat;
};

static void begin(struct fixture *f)
{
    test_fat_write(f->bytes);
    test_disk_begin(&f->disk, f->bytes, TEST_FAT_SIZE, 512);
    test_memory_begin(&f->memory);
    f->diags = (struct btl_diags){.arena = &f->memory.arena};
}

static bool open_volume(struct fixture *f)
{
    struct btl_place place = {.file = BTL_STR("disk")};
    return btl_fat_open(&f->disk.blocks, 0, TEST_FAT_SIZE, place, &f->memory.arena, &f->fat,
                        &f->diags);
}

static const struct btl_fat_entry *find(struct fixture *f, const char *path)
{
    return btl_fat_find(&f->fat, btl_str_of(path), &f->diags);
}

TEST(reads_a_fragmented_file)
{
    struct fixture f;
    uint8_t buffer[1200];
    begin(&f);
    assert_true(open_volume(&f));
    assert_int_equal(f.fat.bits, 12);
    const struct btl_fat_entry *entry = find(&f, "/dir/b.bin");
    assert_non_null(entry);
    assert_int_equal(entry->size, 1200);
    assert_true(btl_fat_read(&f.fat, entry, buffer, 1200, &f.diags));
    assert_int_equal(buffer[0], 'x');
    assert_int_equal(buffer[511], 'x');
    assert_int_equal(buffer[512], 'y');
    assert_int_equal(buffer[1023], 'y');
    assert_int_equal(buffer[1024], 'z');
    assert_int_equal(buffer[1199], 'z');
    assert_codes(&f.memory, &f.diags, "");
    test_memory_end(&f.memory);
}

TEST(lists_without_label_and_dots)
{
    struct fixture f;
    begin(&f);
    assert_true(open_volume(&f));
    const struct btl_fat_directory *root = btl_fat_list(&f.fat, BTL_STR("/"), &f.diags);
    assert_non_null(root);
    assert_int_equal(root->count, 2);
    assert_str(&f.memory, root->entries[0].name, "A.TXT");
    assert_str(&f.memory, root->entries[1].name, "DIR");
    assert_true(root->entries[1].directory);
    const struct btl_fat_directory *below = btl_fat_list(&f.fat, BTL_STR("/DIR/"), &f.diags);
    assert_non_null(below);
    assert_int_equal(below->count, 1);
    test_memory_end(&f.memory);
}

TEST(reads_a_directory_once)
{
    struct fixture f;
    begin(&f);
    assert_true(open_volume(&f));
    assert_non_null(find(&f, "/DIR/B.BIN"));
    unsigned reads = f.disk.reads;
    for (int i = 0; i < 100; i++)
        assert_non_null(find(&f, "/dir/b.bin"));
    assert_int_equal(f.disk.reads, reads);
    test_memory_end(&f.memory);
}

TEST(long_name_counts_when_its_checksum_fits)
{
    for (int orphan = 0; orphan < 2; orphan++) {
        struct fixture f;
        begin(&f);
        uint8_t *entry = f.bytes + 2 * 512 + 96;
        memset(entry, 0, 32);
        entry[0] = 0x41;
        entry[11] = 0x0f;
        static const uint8_t place[13] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
        for (int i = 0; i < 13; i++)
            test_put16(entry + place[i], i < 9 ? (uint32_t) "long.name"[i] : i == 9 ? 0 : 0xffff);
        uint8_t sum = 0;
        for (int i = 0; i < 11; i++)
            sum = (uint8_t)((sum >> 1 | sum << 7) + "LONG~1  NAM"[i]);
        entry[13] = (uint8_t)(sum + orphan);
        test_fat_entry(entry + 32, "LONG~1  NAM", 0, 2, 3);
        assert_true(open_volume(&f));
        assert_non_null(find(&f, orphan ? "/LONG~1.NAM" : "/Long.Name"));
        test_memory_end(&f.memory);
    }
}

// A file with a long name, in one entry, and a short one.
static void put_long(uint8_t *entry, const uint16_t *name, size_t count, const char short_name[11])
{
    static const uint8_t place[13] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
    uint8_t sum = 0;
    memset(entry, 0, 32);
    entry[0] = 0x41;
    entry[11] = 0x0f;
    for (size_t i = 0; i < 13; i++)
        test_put16(entry + place[i], i < count ? name[i] : i == count ? 0 : 0xffff);
    for (int i = 0; i < 11; i++)
        sum = (uint8_t)((sum >> 1 | sum << 7) + short_name[i]);
    entry[13] = sum;
    test_fat_entry(entry + 32, short_name, 0, 2, 3);
}

// As in the firmware: long and short names are one name space, Latin-1 has no case, and dots at the
// end do not count.
TEST(names_of_the_firmware)
{
    static const uint16_t name[] = {0xc4, 'r', 0xd7, '.', 'k', 'o'};
    static const char *const found[] = {
        "/\xc3\x84r\xc3\x97.ko",  "/\xc3\xa4R\xc3\x97.KO", "/RGER~1.KO", "/rger~1.ko",
        "/\xc3\xa4r\xc3\x97.ko.", "/RGER~1.KO.. "};
    static const char *const missing[] = {"/\xc3\xa4r\xc3\xb7.ko", "/ar\xc3\x97.ko", "/RGER~2.KO",
                                          "/."};
    struct fixture f;
    begin(&f);
    put_long(f.bytes + 2 * 512 + 96, name, BTL_COUNT(name), "RGER~1  KO ");
    assert_true(open_volume(&f));
    for (size_t i = 0; i < BTL_COUNT(found); i++)
        assert_non_null(find(&f, found[i]));
    for (size_t i = 0; i < BTL_COUNT(missing); i++)
        assert_null(find(&f, missing[i]));
    test_memory_end(&f.memory);
}

TEST(not_there)
{
    struct fixture f;
    begin(&f);
    assert_true(open_volume(&f));
    assert_null(find(&f, "/DIR/C.BIN"));
    assert_null(find(&f, "/A.TXT/B"));
    assert_null(btl_fat_list(&f.fat, BTL_STR("/A.TXT"), &f.diags));
    assert_codes(&f.memory, &f.diags, "fat-not-found fat-not-directory fat-not-directory");
    test_memory_end(&f.memory);
}

// One byte pair of the boot sector at a time.
TEST(refuses_boot_sector)
{
    static const struct {
        unsigned offset, value;
    } defect[] = {
        {11, 511},  {11, 256}, {11, 8192}, {13, 3},  {14, 0},
        {16, 0},    {22, 0},   {19, 0},    {19, 65}, // one sector more than the device
        {22, 5000}, {17, 0},                         // FAT32 alone has no fixed root
        {510, 0},
    };
    for (size_t i = 0; i < BTL_COUNT(defect); i++) {
        struct fixture f;
        begin(&f);
        test_put16(f.bytes + defect[i].offset,
                   defect[i].offset == 13 ? 3 | 1u << 8 : defect[i].value);
        if (defect[i].offset == 16)
            f.bytes[16] = 0, test_put16(f.bytes + 17, 16);
        assert_false(open_volume(&f));
        assert_codes(&f.memory, &f.diags, "fat-bad");
        test_memory_end(&f.memory);
    }
}

TEST(allocation_table_too_small_for_its_clusters)
{
    static uint8_t large[700 * 512];
    struct fixture f;
    begin(&f);
    memcpy(large, f.bytes, TEST_FAT_SIZE);
    test_put16(large + 19, 700); // 697 clusters need three sectors of table
    test_disk_begin(&f.disk, large, sizeof(large), 512);
    struct btl_place place = {.file = BTL_STR("disk")};
    assert_false(
        btl_fat_open(&f.disk.blocks, 0, sizeof(large), place, &f.memory.arena, &f.fat, &f.diags));
    assert_codes(&f.memory, &f.diags, "fat-bad");
    test_memory_end(&f.memory);
}

TEST(outside_the_device)
{
    struct fixture f;
    begin(&f);
    struct btl_place place = {.file = BTL_STR("disk")};
    assert_false(
        btl_fat_open(&f.disk.blocks, 512, TEST_FAT_SIZE, place, &f.memory.arena, &f.fat, &f.diags));
    assert_codes(&f.memory, &f.diags, "fat-outside");
    test_memory_end(&f.memory);
}

static void read_broken(void (*break_it)(uint8_t *), const char *codes)
{
    struct fixture f;
    uint8_t buffer[1200];
    begin(&f);
    break_it(f.bytes);
    assert_true(open_volume(&f));
    const struct btl_fat_entry *entry = find(&f, "/DIR/B.BIN");
    if (entry != NULL)
        assert_false(btl_fat_read(&f.fat, entry, buffer, 1200, &f.diags));
    assert_codes(&f.memory, &f.diags, codes);
    test_memory_end(&f.memory);
}

static void chain_to_nowhere(uint8_t *bytes)
{
    test_fat_set(bytes, 6, 0xf00);
}

static void chain_to_a_free_cluster(uint8_t *bytes)
{
    test_fat_set(bytes, 6, 0);
}

static void chain_too_short(uint8_t *bytes)
{
    test_fat_set(bytes, 6, 0xfff);
}

static void directory_loop(uint8_t *bytes)
{
    test_fat_set(bytes, 3, 3);
}

TEST(broken_chains)
{
    read_broken(chain_to_nowhere, "fat-chain");
    read_broken(chain_to_a_free_cluster, "fat-chain");
    read_broken(chain_too_short, "fat-short");
    read_broken(directory_loop, "fat-directory");
}

TEST(device_failure_at_every_sector)
{
    static const unsigned sectors[] = {0, 1, 2, 4, 5, 6, 7}; // all that the file needs
    for (size_t i = 0; i < BTL_COUNT(sectors); i++) {
        struct fixture f;
        uint8_t buffer[1200];
        begin(&f);
        f.disk.fail_at = sectors[i] * 512;
        const struct btl_fat_entry *entry = NULL;
        bool good = open_volume(&f) && (entry = find(&f, "/DIR/B.BIN")) != NULL &&
                    btl_fat_read(&f.fat, entry, buffer, 1200, &f.diags);
        assert_false(good);
        assert_codes(&f.memory, &f.diags, "fat-device");
        test_memory_end(&f.memory);
    }
}

TEST(out_of_memory_at_each_allocation)
{
    for (size_t n = 0;; n++) {
        struct fixture f;
        uint8_t buffer[1200];
        begin(&f);
        test_memory_end(&f.memory);
        test_memory_begin_limited(&f.memory, n);
        const struct btl_fat_entry *entry = NULL;
        bool good = open_volume(&f) && (entry = find(&f, "/DIR/B.BIN")) != NULL &&
                    btl_fat_read(&f.fat, entry, buffer, 1200, &f.diags);
        bool starved = f.memory.refused > 0;
        assert_int_equal(good, !starved);
        if (starved)
            assert_true(f.diags.lost + test_count_code(&f.diags, BTL_NO_MEMORY) > 0);
        test_memory_end(&f.memory);
        if (!starved)
            break;
    }
}

// A FAT32 with two tables, of which the flags make the second one the only one that is kept (FAT
// specification, BPB_ExtFlags): the first has what was there before.
enum { FAT32_SECTORS = 512, FAT32_DATA = 1 + 2 * FAT32_SECTORS, FAT32_ALL = FAT32_DATA + 65530 };

static bool read_a_txt(uint32_t flags, uint32_t version)
{
    static const char text[] = "0123456789";
    size_t size = (size_t)FAT32_ALL * 512;
    uint8_t *bytes = calloc(1, size), buffer[10];
    struct test_disk disk;
    struct test_memory memory;
    struct btl_fat fat;
    assert_non_null(bytes);
    test_put16(bytes + 11, 512);
    bytes[13] = 1; // sectors per cluster
    test_put16(bytes + 14, 1);
    bytes[16] = 2; // tables
    test_put32(bytes + 32, FAT32_ALL);
    test_put32(bytes + 36, FAT32_SECTORS);
    test_put16(bytes + 40, flags);
    test_put16(bytes + 42, version);
    test_put32(bytes + 44, 2); // the root
    test_put16(bytes + 510, 0xaa55);
    test_put32(bytes + 512 + 4 * 2, 0x0fffffff); // the first table has no file yet
    test_put32(bytes + 512 * (1 + FAT32_SECTORS) + 4 * 2, 0x0fffffff);
    test_put32(bytes + 512 * (1 + FAT32_SECTORS) + 4 * 3, 0x0fffffff);
    test_fat_entry(bytes + 512 * (size_t)FAT32_DATA, "A       TXT", 0, 3, 10);
    memcpy(bytes + 512 * (size_t)(FAT32_DATA + 1), text, 10);
    test_disk_begin(&disk, bytes, size, 512);
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    const struct btl_fat_entry *entry = NULL;
    if (btl_fat_open(&disk.blocks, 0, size, (struct btl_place){0}, &memory.arena, &fat, &diags))
        entry = btl_fat_find(&fat, BTL_STR("/a.txt"), &diags);
    bool good = entry != NULL && btl_fat_read(&fat, entry, buffer, 10, &diags) &&
                memcmp(buffer, text, 10) == 0;
    test_memory_end(&memory);
    free(bytes);
    return good;
}

TEST(the_table_that_is_kept_counts)
{
    assert_true(read_a_txt(0x81, 0));
    assert_false(read_a_txt(0x01, 0)); // all are kept, so the first one serves; it has no such file
    assert_false(read_a_txt(0x80, 0));
    assert_false(read_a_txt(0x82, 0)); // there is no third one
}

TEST(a_later_version_is_refused)
{
    assert_false(read_a_txt(0x81, 1));
}

// The number of clusters decides the type of a file system; this one says FAT32 by its fields.
TEST(fat32_with_few_clusters)
{
    struct fixture f;
    begin(&f);
    test_put16(f.bytes + 17, 0); // no fixed root
    test_put16(f.bytes + 22, 0); // the sectors of a table stand where FAT32 has them
    test_put32(f.bytes + 36, 1);
    assert_false(open_volume(&f));
    assert_codes(&f.memory, &f.diags, "fat-few-clusters");
    assert_int_equal(f.diags.first->arg[0].number, 62);
    test_memory_end(&f.memory);
}
