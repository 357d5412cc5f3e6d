// SPDX-License-Identifier: BSD-2-Clause
// The file system of a host's directory, on a device that breaks the rules.
#include "device.h"

#include <stdlib.h>
#include <string.h>

#include <btl/fs.h>
#include <btl/kernel.h>
#include <btl/str.h>

#include "hostfs/ninep.h"
#include "ninep_server.h"

static struct btl_fs *fs; // as registered
static int fs_add_error;
static uint8_t buffer[SERVER_BIG];

int fs_add(struct btl_fs *added)
{
    assert_null(fs);
    if (fs_add_error == 0)
        fs = added;
    return fs_add_error;
}

void fs_remove(struct btl_fs *removed)
{
    assert_ptr_equal(fs, removed);
    fs = NULL;
}

// The chain is the request and the room for the reply.
static uint32_t serve(uint16_t head, uint8_t status)
{
    const struct virtq_descriptor *at = &device_queue()->descriptor[head];
    const struct virtq_descriptor *to = &device_queue()->descriptor[at->next];
    assert_int_equal(at->flags, 1);
    assert_int_equal(to->flags, 2);
    return server_answer((const uint8_t *)(uintptr_t)at->physical, at->size,
                         (uint8_t *)(uintptr_t)to->physical, to->size);
}

static void set_tag(const char *tag, uint16_t len)
{
    memset(device.config, 0, sizeof(device.config));
    memcpy(device.config, &len, 2);
    memcpy(device.config + 2, tag, strlen(tag));
    device.config_length = 2u + len;
}

static int begin(void **state)
{
    device_begin();
    server_begin();
    device.id = 0x1009;
    device.offered = 1ull << 32 | 1;
    device.serve = serve;
    set_tag("host", 4);
    fs_add_error = 0;
    return 0;
}

static void loaded(void)
{
    assert_int_equal(driver_load(), 0);
    assert_non_null(fs);
}

static void end(void)
{
    assert_int_equal(driver_unload(), 0);
    assert_null(fs);
    assert_int_equal(device.status, 0);
    assert_false(device.bus_master);
    device_end();
}

static void refused(const char *reason)
{
    assert_int_equal(driver_load(), BTL_ENODEV);
    assert_null(fs);
    assert_true(said(reason));
    assert_false(device.bus_master);
    device_end();
}

static int read_whole(const char *path)
{
    struct btl_fs_file file;
    memset(buffer, 0xee, sizeof(buffer));
    int error = fs->open(fs, btl_str_of(path), &file);
    if (error != 0)
        return error;
    assert_true(file.size <= sizeof(buffer));
    return fs->read(fs, &file, buffer, file.size);
}

EACH_TEST(begin, NULL)

TEST(test_files_are_read)
{
    loaded();
    assert_string_equal(fs->name, "host");
    assert_string_equal(fs->type, "9P");
    assert_true(said("its files are host:/NAME"));
    assert_int_equal(read_whole("/big.ko"), 0);
    assert_memory_equal(buffer, server.files[2].bytes, SERVER_BIG);
    assert_int_equal(read_whole("/nosuch"), BTL_ENOENT);
    assert_int_equal(read_whole("/dir"), BTL_EINVAL);
    assert_int_equal(read_whole("/../etc/passwd"), BTL_EINVAL);
    assert_null(server.file);
    end();
}

// The boot volume is never such a directory, not even on a disk without partitions.
TEST(test_it_has_the_guid_of_no_partition)
{
    static const uint8_t none[16];
    loaded();
    assert_memory_not_equal(fs->partition_guid, none, 16);
    end();
}

TEST(test_modern_device)
{
    device.id = 0x1049;
    loaded();
    assert_int_equal(read_whole("/dir/mine.ko"), 0);
    end();
}

TEST(test_no_device)
{
    device.absent = true;
    assert_int_equal(driver_load(), BTL_ENODEV);
    assert_int_equal(device.console_len, 0); // the kernel says so
    device_end();
}

TEST(test_tags)
{
    static const char longest[] = "abcdefghijklmnopqrstuvwxyz-_.09";
    device.offered = 1ull << 32;
    refused("it has no mount tag");
    static const char *const bad[] = {"a/b", "host:", "a b", "..\n", "\xc3\xa4"};
    for (size_t i = 0; i < BTL_COUNT(bad); i++) {
        begin(NULL);
        set_tag(bad[i], (uint16_t)strlen(bad[i]));
        refused("it has no mount tag");
    }
    static const uint16_t lengths[] = {0, 32, 0x104, 0xffff};
    for (size_t i = 0; i < BTL_COUNT(lengths); i++) {
        begin(NULL);
        set_tag("host", lengths[i]);
        refused("it has no mount tag");
    }
    begin(NULL);
    device.config_length = 5; // the tag ends behind the configuration
    refused("it has no mount tag");
    begin(NULL);
    device.restless = true;
    refused("it has no mount tag");
    begin(NULL);
    set_tag(longest, 31);
    loaded();
    assert_string_equal(fs->name, longest);
    end();
}

TEST(test_name_that_is_in_use)
{
    fs_add_error = BTL_EEXIST;
    assert_int_equal(driver_load(), BTL_ENODEV);
    assert_true(said("another file system has its mount tag as name"));
    device_end();
}

TEST(test_host_that_speaks_something_else)
{
    server.version = "9P2000";
    refused("it does not speak 9P2000.L");
}

TEST(test_present_file_is_read)
{
    struct btl_fs_file first, second;
    loaded();
    assert_int_equal(fs->open(fs, BTL_STR("/dir/mine.ko"), &first), 0);
    server.files[0].bytes = (const uint8_t *)"newer contents";
    server.files[0].size = 14;
    assert_int_equal(fs->read(fs, &first, buffer, 8), BTL_EIO);
    assert_true(said("host:/dir/mine.ko: the file has changed while it was read; try again\n"));
    assert_int_equal(fs->open(fs, BTL_STR("/dir/mine.ko"), &second), 0);
    assert_int_equal(second.size, 14);
    assert_int_equal(fs->read(fs, &second, buffer, 14), 0);
    assert_memory_equal(buffer, "newer contents", 14);
    end();
}

// Handles are never closed: opening a file again takes no more memory.
TEST(test_handles_are_kept_once_for_each_path)
{
    loaded();
    assert_int_equal(read_whole("/big.ko"), 0);
    size_t memory = device.memory;
    for (int i = 0; i < 100; i++)
        assert_int_equal(read_whole("/big.ko"), 0);
    assert_int_equal(device.memory, memory);
    assert_int_equal(read_whole("/dir/mine.ko"), 0);
    assert_int_equal(device.memory, memory + 1);
    end();
}

TEST(test_largest_file)
{
    struct btl_fs_file file;
    loaded();
    server.files[0].size = (256ull << 20) + 1;
    assert_int_equal(fs->open(fs, BTL_STR("/dir/mine.ko"), &file), BTL_ENOMEM);
    assert_true(said("the maximum is 256 MiB (HOSTFS_FILE_MAX)"));
    server.files[0].size = UINT64_MAX;
    assert_int_equal(fs->open(fs, BTL_STR("/dir/mine.ko"), &file), BTL_ENOMEM);
    server.files[0].size = 256ull << 20;
    assert_int_equal(fs->open(fs, BTL_STR("/dir/mine.ko"), &file), 0);
    end();
}

TEST(test_host_refuses)
{
    loaded();
    server.files[0].refuses = 13;
    assert_int_equal(read_whole("/dir/mine.ko"), BTL_EIO);
    assert_true(said("host:/dir/mine.ko: the host refuses (error 13)\n"));
    assert_int_equal(read_whole("/big.ko"), 0);
    end();
}

// After each of these the device is stopped, and later accesses fail at once.
TEST(test_lies_of_the_device_stop_it)
{
    static const enum misdeed lies[] = {SILENT,          INDEX_JUMPS, INDEX_BACK,
                                        WRONG_ID,        HUGE_ID,     WRITES_NOTHING,
                                        WRITES_TOO_MUCH, WRITES_LESS, NEEDS_RESET};
    for (size_t i = 0; i < BTL_COUNT(lies); i++) {
        begin(NULL);
        device.misdeed = lies[i];
        device.from_request = 5;
        loaded();
        assert_int_equal(read_whole("/big.ko"), BTL_EIO);
        assert_true(said("the directory is not used any more"));
        assert_int_equal(device.status, 0);
        int requests = device.requests;
        assert_int_equal(read_whole("/big.ko"), BTL_EIO);
        assert_int_equal(device.requests, requests);
        end();
    }
}

static uint32_t write_too_much(int number, uint8_t *reply, uint32_t size)
{
    return number == 4 ? NINEP_REPLY_MAX + 1 : size;
}

static uint32_t write_behind(int number, uint8_t *reply, uint32_t size)
{
    return number == 4 ? size + 1 : size;
}

TEST(test_replies_longer_than_they_say)
{
    static uint32_t (*const lies[])(int, uint8_t *, uint32_t) = {write_too_much, write_behind};
    for (size_t i = 0; i < BTL_COUNT(lies); i++) {
        begin(NULL);
        loaded();
        server.lie = lies[i];
        assert_int_equal(read_whole("/big.ko"), BTL_EIO);
        assert_int_equal(device.status, 0);
        end();
    }
}

// Any misdeed at any time: every read returns the file's bytes or fails.
TEST(test_random_devices)
{
    srand(1);
    for (int round = 0; round < 2000; round++) {
        begin(NULL);
        device.misdeed = (enum misdeed)(rand() % MISDEEDS);
        device.from_request = rand() % 20;
        device.queue_size = (uint16_t)(rand() % 4 == 0 ? rand() : 1 << rand() % 16);
        device.config_length = (uint32_t)(rand() % 64);
        server.short_reads = rand() % 2 == 0 ? 0 : 5000;
        if (driver_load() != 0) {
            device_end();
            continue;
        }
        for (int i = 0; i < 3; i++)
            if (read_whole("/big.ko") == 0)
                assert_memory_equal(buffer, server.files[2].bytes, SERVER_BIG);
        end();
    }
}

// A device that has the pages' address may still write to them: they are not reused.
TEST(test_device_that_does_not_stop_keeps_its_pages)
{
    loaded();
    uint64_t pages = device.pages;
    device.never_resets = true;
    assert_int_equal(driver_unload(), 0);
    assert_null(fs);
    assert_int_equal(device.maps, 0);
    assert_int_equal(device.memory, 0);
    assert_int_equal(device.pages, pages);
    free((void *)(uintptr_t)device.queue_address[0]); // for the sanitizer
}
