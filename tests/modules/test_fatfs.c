// SPDX-License-Identifier: BSD-2-Clause
// The module fatfs on devices in memory: what it keeps of each, and when.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test_case.h"

#include <btl/fs.h>
#include <btl/module.h>

#include "block.h"
#include "disk.h"

extern const struct btl_wrapper btl_wrapper;

#define DEVICES 8192

static uint8_t bytes[TEST_FAT_SIZE];
static struct test_disk disk;
static struct block_device devices[DEVICES];
static struct btl_fs *served[DEVICES];
static uint32_t count; // of served
static struct block_watcher *watcher;
static char printed[16384];
static size_t allocated, heap_limit; // bytes
static int held, hold_error;         // holds of the devices' drivers

// --- what the module imports

void *kmem_alloc(size_t size)
{
    uint64_t *memory = allocated + size <= heap_limit ? calloc(1, size + 16) : NULL;
    if (memory == NULL)
        return NULL;
    memory[0] = size;
    allocated += size;
    return memory + 2;
}

void kmem_free(void *at)
{
    uint64_t *memory = at;
    if (at == NULL)
        return;
    allocated -= memory[-2];
    free(memory - 2);
}

void kprintf(const char *format, ...)
{
    size_t used = strlen(printed);
    struct btl_buffer buffer = btl_buffer(printed + used, sizeof(printed) - used);
    va_list args;
    va_start(args, format);
    btl_vformat(&buffer.out, format, args);
    va_end(args);
}

int module_hold(const void *of, const char *user, bool leaves)
{
    assert_ptr_equal(of, disk.blocks.read);
    assert_true(leaves);
    if (hold_error == 0)
        held++;
    return hold_error;
}

void module_release(const void *of, const char *user)
{
    assert_ptr_equal(of, disk.blocks.read);
    held--;
}

int fs_add(struct btl_fs *fs)
{
    served[count++] = fs;
    return 0;
}

void fs_remove(struct btl_fs *fs)
{
    uint32_t at = 0;
    while (served[at] != fs)
        at++;
    served[at] = served[--count];
}

void block_watch(struct block_watcher *by)
{
    watcher = by;
}

void block_unwatch(struct block_watcher *by)
{
    assert_ptr_equal(by, watcher);
    watcher = NULL;
}

// --- the devices

static void add(uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        devices[i] = (struct block_device){.blocks = disk.blocks};
        snprintf(devices[i].name, sizeof(devices[i].name), "disk0p%u", i + 1);
        watcher->added(&devices[i]);
    }
}

static int begin(void **state)
{
    test_fat_write(bytes);
    test_disk_begin(&disk, bytes, sizeof(bytes), 512);
    count = 0;
    allocated = 0;
    held = hold_error = 0;
    heap_limit = SIZE_MAX / 2;
    printed[0] = '\0';
    assert_int_equal(
        btl_wrapper.load(&(struct btl_load_args){.name = "fatfs", .flags = "", .phase = 1}), 0);
    return 0;
}

static int finish(void **state)
{
    assert_int_equal(btl_wrapper.unload(), 0);
    assert_int_equal(count, 0);
    assert_int_equal(allocated, 0);
    return 0;
}

static int look_up(uint32_t index, const char *path)
{
    struct btl_fs_file file;
    return served[index]->open(served[index], btl_str_of(path), &file);
}

// How often a part of the text was printed.
static uint32_t printed_times(const char *part)
{
    uint32_t times = 0;
    for (const char *at = printed; (at = strstr(at, part)) != NULL; at++)
        times++;
    return times;
}

EACH_TEST(begin, finish)

TEST(test_a_device_is_mounted_when_a_file_is_looked_up)
{
    struct btl_fs_file file;
    char text[3];
    add(0, 1);
    assert_string_equal(printed, "fatfs: disk0p1: FAT12, 32 KiB\n");
    assert_string_equal(served[0]->type, "FAT12");
    size_t idle = allocated;
    assert_in_range(idle, 1, 1023);
    assert_int_equal(served[0]->open(served[0], BTL_STR("/a.txt"), &file), 0);
    assert_true(allocated > idle + (64u << 10));
    assert_int_equal(held, 1);
    assert_int_equal(file.size, 3);
    assert_int_equal(served[0]->read(served[0], &file, text, 3), 0);
    watcher->removed(&devices[0]);
    assert_int_equal(allocated, 0);
    assert_int_equal(held, 0);
}

TEST(test_a_volume_without_the_file_is_not_kept)
{
    add(0, 1);
    size_t idle = allocated;
    assert_int_equal(look_up(0, "/nothing"), BTL_ENOENT);
    assert_int_equal(look_up(0, "/"), BTL_EINVAL);
    assert_int_equal(look_up(0, "/dir"), BTL_EINVAL);
    assert_int_equal(allocated, idle);
    assert_int_equal(look_up(0, "/a.txt"), 0);
    size_t mounted = allocated;
    assert_int_equal(look_up(0, "/nothing"), BTL_ENOENT); // now its handle counts
    assert_int_equal(allocated, mounted);
}

TEST(test_a_mounted_volume_holds_its_device)
{
    add(0, 2);
    assert_int_equal(held, 0);
    assert_int_equal(look_up(0, "/nothing"), BTL_ENOENT);
    assert_int_equal(held, 0);
    assert_int_equal(look_up(0, "/a.txt"), 0);
    assert_int_equal(look_up(0, "/dir/b.bin"), 0);
    assert_int_equal(held, 1);
    hold_error = BTL_ENOMEM;
    assert_int_equal(look_up(1, "/a.txt"), BTL_ENOMEM);
    hold_error = 0;
    heap_limit = allocated + 1000;
    assert_int_equal(look_up(1, "/a.txt"), BTL_ENOMEM);
    assert_int_equal(held, 1);
}

TEST(test_thousands_of_volumes_cost_little)
{
    heap_limit = 8u << 20;
    add(0, DEVICES);
    assert_int_equal(count, DEVICES);
    assert_int_equal(printed_times("FAT12"), 32);
    assert_int_equal(printed_times("(FATFS_LISTED_MAX: 32)"), 1);
    assert_int_equal(look_up(DEVICES - 1, "/a.txt"), 0); // the last one as the first
}

TEST(test_a_limit_of_mounted_volumes_has_a_name)
{
    add(0, 100);
    for (uint32_t i = 0; i < 64; i++)
        assert_int_equal(look_up(i, "/a.txt"), 0);
    assert_int_equal(printed_times("not mounted"), 0);
    assert_int_equal(look_up(70, "/a.txt"), BTL_ENOMEM);
    assert_int_equal(look_up(71, "/a.txt"), BTL_ENOMEM); // said once
    assert_int_equal(printed_times("not mounted"), 1);
    assert_int_equal(printed_times("fatfs: disk0p71: not mounted: 64 volumes with files in use are "
                                   "the maximum (FATFS_MOUNTED_MAX)"),
                     1);
    assert_int_equal(look_up(0, "/dir/b.bin"), 0);
    watcher->removed(&devices[0]); // makes room; the last one takes its place in served[]
    assert_int_equal(look_up(70, "/a.txt"), 0);
}

TEST(test_memory_that_ends)
{
    add(0, 1);
    heap_limit = allocated + 1000;
    assert_int_equal(look_up(0, "/a.txt"), BTL_ENOMEM);
    add(1, 2);
    assert_int_equal(count, 1);
    heap_limit = SIZE_MAX / 2;
    assert_int_equal(look_up(0, "/a.txt"), 0);
}

TEST(test_a_device_that_stops_reading)
{
    add(0, 1);
    size_t idle = allocated;
    disk.fail_at = 0;
    assert_int_equal(look_up(0, "/a.txt"), BTL_EIO);
    assert_int_equal(printed_times("[fat-device]"), 1);
    assert_int_equal(allocated, idle);
    disk.fail_at = UINT64_MAX;
    assert_int_equal(look_up(0, "/a.txt"), 0);
}

TEST(test_what_is_no_fat_is_not_served)
{
    bytes[510] = 0;
    add(0, 1);
    assert_int_equal(count, 0);
    assert_string_equal(printed, "");
}
