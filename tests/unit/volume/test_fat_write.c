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

// ---------------------------------------------------------------------------------------- removing

static bool remove_path(struct machine *m, const char *path, unsigned stop)
{
    struct btl_fat_writer writer = {write_bytes, flush_nothing, m, 0};
    m->writes = 0;
    m->stop = stop;
    return btl_fat_remove(&m->fat, &writer, btl_str_of(path), &m->diags);
}

static unsigned used_clusters(const struct machine *m)
{
    unsigned used = 0;
    for (unsigned cluster = 2; cluster < 63; cluster++) {
        const uint8_t *at = m->bytes + 512 + cluster * 3 / 2;
        uint32_t value = at[0] | (uint32_t)at[1] << 8;
        used += (cluster % 2 == 1 ? value >> 4 : value & 0xfff) != 0;
    }
    return used;
}

static void open_again(struct machine *m)
{
    test_memory_end(&m->memory);
    open_machine(m);
}

// Stop the removal of a file with a long name at each of its writes, and remove what is left.
static void stop_removal_everywhere(unsigned filled, unsigned deleted)
{
    bool done = false;
    for (unsigned stop = 0; !done; stop++) {
        struct machine m;
        make_volume(&m, filled, deleted);
        open_machine(&m);
        assert_true(replace(&m, 'n', "b.bin.previous", NO_STOP));
        uint32_t count = btl_fat_list(&m.fat, BTL_STR("/dir"), &m.diags)->count;
        unsigned used = used_clusters(&m);
        done = remove_path(&m, "/dir/B.bin.previous", stop);
        open_again(&m);
        int now = first_byte(&m, "/dir/b.bin.previous");
        assert_true(now == 0 || (now == 'x' && !done));
        assert_int_equal(btl_fat_list(&m.fat, BTL_STR("/dir"), &m.diags)->count,
                         now == 0 ? count - 1 : count);
        assert_int_equal(first_byte(&m, "/dir/b.bin"), 'n');
        if (done)
            assert_int_equal(used_clusters(&m), used - 3);
        assert_true(now == 0 || remove_path(&m, "/dir/b.bin.previous", NO_STOP));
        assert_true(replace(&m, 'm', "b.bin.previous", NO_STOP));
        assert_int_equal(first_byte(&m, "/dir/b.bin.previous"), 'n');
        test_memory_end(&m.memory);
    }
}

TEST(a_removal_that_stops_leaves_the_file_whole_or_absent)
{
    for (unsigned filled = 0; filled <= FILLED; filled++) {
        stop_removal_everywhere(filled, 0);
        stop_removal_everywhere(filled, filled < 3 ? filled : 3);
    }
}

// Remove /DIR/B.BIN after `change`; return how many clusters became free.
static unsigned freed_after(void (*change)(uint8_t *bytes))
{
    struct machine m;
    make_volume(&m, 0, 0);
    change(m.bytes);
    open_machine(&m);
    unsigned used = used_clusters(&m);
    assert_true(remove_path(&m, "/dir/b.bin", NO_STOP));
    assert_codes(&m.memory, &m.diags, "");
    assert_int_equal(first_byte(&m, "/dir/b.bin"), 0);
    test_memory_end(&m.memory);
    return used - used_clusters(&m);
}

static void leave_as_it_is(uint8_t *bytes)
{
}

static void make_loop(uint8_t *bytes)
{
    test_fat_set(bytes, 5, 4);
}

static void make_short_chain(uint8_t *bytes)
{
    test_fat_set(bytes, 6, 0xfff);
}

static void make_chain_into_another_file(uint8_t *bytes)
{
    test_fat_set(bytes, 5, 2);
}

static void make_chain_outside(uint8_t *bytes)
{
    test_fat_set(bytes, 6, 0xff0);
}

static void make_file_of_the_directory(uint8_t *bytes)
{
    test_fat_entry(bytes + 4 * 512 + 32, "B       BIN", 0, 3, 512);
}

static void make_twin(uint8_t *bytes)
{
    test_fat_entry(bytes + 4 * 512 + 64, "C       BIN", 0, 4, 1200);
}

TEST(a_damaged_or_shared_chain_stays)
{
    assert_int_equal(freed_after(leave_as_it_is), 3);
    assert_int_equal(freed_after(make_loop), 0);
    assert_int_equal(freed_after(make_short_chain), 0);
    assert_int_equal(freed_after(make_chain_into_another_file), 0);
    assert_int_equal(freed_after(make_chain_outside), 0);
    assert_int_equal(freed_after(make_file_of_the_directory), 0);
    assert_int_equal(freed_after(make_twin), 0);
}

TEST(only_a_file_that_is_there_is_removed)
{
    struct machine m;
    make_volume(&m, 0, 0);
    open_machine(&m);
    assert_false(remove_path(&m, "/dir/none", NO_STOP));
    assert_false(remove_path(&m, "/none/x", NO_STOP));
    assert_false(remove_path(&m, "/dir", NO_STOP));
    assert_false(remove_path(&m, "/", NO_STOP));
    assert_codes(&m.memory, &m.diags, "fat-not-found fat-not-found fat-name-taken fat-not-found");
    assert_int_equal(m.writes, 0);
    test_memory_end(&m.memory);
}

// The entries before a name are of another file when their checksum says so.
TEST(parts_of_another_long_name_stay)
{
    struct machine m;
    make_volume(&m, 0, 0);
    uint8_t *slot = m.bytes + 4 * 512 + 32;
    memcpy(slot + 32, slot, 32);
    test_fat_entry(slot, "A          ", 0x0f, 0, 0);
    slot[0] = 0x41;
    open_machine(&m);
    assert_true(remove_path(&m, "/dir/b.bin", NO_STOP));
    assert_int_equal(slot[0], 0x41);
    assert_int_equal(slot[32], 0xe5);
    test_memory_end(&m.memory);
}

TEST(a_removal_on_a_device_that_fails_is_reported)
{
    struct machine m;
    make_volume(&m, 0, 0);
    open_machine(&m);
    assert_false(remove_path(&m, "/a.txt", 0));
    assert_codes(&m.memory, &m.diags, "fat-write");
    test_memory_end(&m.memory);
}

static bool make_directory(struct machine *m, const char *path, unsigned stop)
{
    struct btl_fat_writer writer = {write_bytes, flush_nothing, m, 0};
    m->writes = 0;
    m->stop = stop;
    return btl_fat_make_directory(&m->fat, &writer, btl_str_of(path), &m->diags);
}

// After a stop the directory is there, and empty, or it is not; then it can be made.
TEST(a_directory_that_is_made_in_part_is_none)
{
    for (unsigned filled = 0; filled <= FILLED; filled++) {
        bool done = false;
        for (unsigned stop = 0; !done; stop++) {
            struct machine m;
            make_volume(&m, filled, 0);
            open_machine(&m);
            done = make_directory(&m, "/dir/A long name", stop);
            test_memory_end(&m.memory);
            open_machine(&m);
            const struct btl_fat_directory *made =
                btl_fat_list(&m.fat, BTL_STR("/dir/a long name"), &m.diags);
            assert_true(made != NULL ? made->count == 0 : !done);
            assert_true(first_byte(&m, "/dir/b.bin") != 0);
            if (made == NULL)
                assert_true(make_directory(&m, "/dir/A long name", NO_STOP));
            assert_true(make_directory(&m, "/dir/a long name/below", NO_STOP));
            assert_int_equal(btl_fat_list(&m.fat, BTL_STR("/dir/A LONG NAME"), &m.diags)->count, 1);
            test_memory_end(&m.memory);
        }
    }
}

TEST(a_directory_is_made_where_nothing_has_its_name)
{
    struct machine m;
    make_volume(&m, 0, 0);
    open_machine(&m);
    assert_false(make_directory(&m, "/dir", NO_STOP));
    assert_false(make_directory(&m, "/a.txt", NO_STOP));
    assert_false(make_directory(&m, "/none/x", NO_STOP));
    assert_codes(&m.memory, &m.diags, "fat-name-taken fat-not-directory fat-not-found");
    assert_int_equal(m.writes, 0);
    test_memory_end(&m.memory);
}
