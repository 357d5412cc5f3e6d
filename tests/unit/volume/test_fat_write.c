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

#define OLD_SIZE 1200 // of /DIR/B.BIN
#define NEW_SIZE 1700
#define FILLED   14u // free slots of the first cluster of /DIR
#define NO_STOP  UINT32_MAX

// A disk whose writes fail from a certain one on, as if the power had gone.
struct machine {
    uint8_t bytes[TEST_FAT_SIZE];
    struct test_disk disk;
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_fat fat;
    unsigned writes, stop;
};

static bool write_bytes(void *owner, uint64_t offset, const void *bytes, uint64_t size)
{
    struct machine *m = owner;
    if (m->writes++ >= m->stop)
        return false;
    memcpy(m->bytes + offset, bytes, size);
    return true;
}

static bool flush_nothing(void *owner)
{
    return ((struct machine *)owner)->writes <= ((struct machine *)owner)->stop;
}

static void open_machine(struct machine *m)
{
    struct btl_place place = {.file = BTL_STR("disk")};
    test_disk_begin(&m->disk, m->bytes, TEST_FAT_SIZE, 512);
    test_memory_begin(&m->memory);
    m->diags = (struct btl_diags){.arena = &m->memory.arena};
    assert_true(btl_fat_open(&m->disk.blocks, 0, TEST_FAT_SIZE, place, &m->memory.arena, &m->fat,
                             &m->diags));
}

// A volume whose /DIR has `filled` more entries, the last ones of them deleted.
static void make_volume(struct machine *m, unsigned filled, unsigned deleted)
{
    test_fat_write(m->bytes);
    for (unsigned i = 0; i < filled; i++) {
        char name[12] = "FILL0   X  ";
        name[4] = (char)('A' + i);
        test_fat_entry(m->bytes + 4 * 512 + 64 + i * 32, name, 0, 0, 0);
        if (i + deleted >= filled)
            m->bytes[4 * 512 + 64 + i * 32] = 0xe5;
    }
}

static bool replace(struct machine *m, uint8_t fill, const char *kept, unsigned stop)
{
    uint8_t contents[NEW_SIZE];
    struct btl_fat_writer writer = {write_bytes, flush_nothing, m, 0};
    memset(contents, fill, sizeof(contents));
    m->writes = 0;
    m->stop = stop;
    return btl_fat_replace(&m->fat, &writer, BTL_STR("/dir/b.bin"),
                           (struct btl_bytes){contents, sizeof(contents)}, btl_str_of(kept),
                           &m->diags);
}

// The first byte of a file whose bytes are as they were written; 0: there is none.
static int first_byte(struct machine *m, const char *path)
{
    static uint8_t bytes[NEW_SIZE];
    struct btl_diags ignored = {.arena = &m->memory.arena};
    const struct btl_fat_entry *entry = btl_fat_find(&m->fat, btl_str_of(path), &ignored);
    if (entry == NULL)
        return 0;
    assert_true(entry->size == OLD_SIZE || entry->size == NEW_SIZE);
    assert_true(btl_fat_read(&m->fat, entry, bytes, entry->size, &m->diags));
    assert_int_equal(bytes[entry->size - 1], entry->size == OLD_SIZE ? 'z' : bytes[0]);
    return bytes[0];
}

// Stop the second of two changes at each of its writes, and make a third one.
static void stop_everywhere(unsigned filled, unsigned deleted)
{
    bool done = false;
    for (unsigned stop = 0; !done; stop++) {
        struct machine m;
        make_volume(&m, filled, deleted);
        open_machine(&m);
        for (unsigned change = 0; change < 2; change++) {
            const char *kept = "b.bin.previous";
            int file = first_byte(&m, "/dir/b.bin"),
                previous = first_byte(&m, "/dir/b.bin.previous");
            done = replace(&m, (uint8_t)('0' + change), kept, stop);
            test_memory_end(&m.memory);
            open_machine(&m);
            int now = first_byte(&m, "/dir/b.bin");
            int before = first_byte(&m, "/dir/b.bin.previous");
            if (now == file)
                assert_true(before == previous || before == file);
            else
                assert_true(now == (int)('0' + change) && before == file);
            assert_true(!done || now == (int)('0' + change));
        }
        assert_true(replace(&m, 'n', "b.bin.previous", NO_STOP));
        assert_int_equal(first_byte(&m, "/dir/b.bin"), 'n');
        assert_true(first_byte(&m, "/dir/b.bin.previous") != 0);
        test_memory_end(&m.memory);
    }
}

TEST(a_stop_at_any_write_loses_nothing)
{
    for (unsigned filled = 0; filled <= FILLED; filled++) {
        stop_everywhere(filled, 0);
        stop_everywhere(filled, filled < 3 ? filled : 3);
    }
}

TEST(what_lies_behind_the_end_of_a_directory_stays_behind_it)
{
    struct machine m;
    make_volume(&m, 3, 0);
    memset(m.bytes + 4 * 512 + 6 * 32, 'g', 10 * 32); // after the entry that ends it
    open_machine(&m);
    assert_true(replace(&m, 'n', "b.bin.previous", NO_STOP));
    assert_int_equal(btl_fat_list(&m.fat, BTL_STR("/dir"), &m.diags)->count, 5);
    test_memory_end(&m.memory);
}

TEST(a_device_that_fails_is_reported)
{
    struct machine m;
    make_volume(&m, 0, 0);
    open_machine(&m);
    assert_false(replace(&m, 'n', "", 0));
    assert_codes(&m.memory, &m.diags, "fat-write");
    test_memory_end(&m.memory);
}

TEST(the_path_of_a_new_file_must_exist)
{
    struct machine m;
    struct btl_fat_writer writer = {write_bytes, flush_nothing, &m, 0};
    struct btl_bytes none = {NULL, 0};
    make_volume(&m, 0, 0);
    open_machine(&m);
    m.writes = 0, m.stop = NO_STOP;
    assert_false(btl_fat_replace(&m.fat, &writer, BTL_STR("/none/x"), none, BTL_STR(""), &m.diags));
    assert_false(
        btl_fat_replace(&m.fat, &writer, BTL_STR("/a.txt/x"), none, BTL_STR(""), &m.diags));
    assert_codes(&m.memory, &m.diags, "fat-not-found fat-not-directory");
    assert_int_equal(m.writes, 0);
    test_memory_end(&m.memory);
}

// A chain that is a loop is freed once.
TEST(a_loop_ends)
{
    struct machine m;
    make_volume(&m, 0, 0);
    test_fat_set(m.bytes, 5, 4);
    open_machine(&m);
    assert_true(replace(&m, 'n', "", NO_STOP));
    assert_int_equal(first_byte(&m, "/dir/b.bin"), 'n');
    test_memory_end(&m.memory);
}
