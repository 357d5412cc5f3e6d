// SPDX-License-Identifier: BSD-2-Clause
// Encoding and decoding of BtlBoot.
#include "test_case.h"

#include <string.h>

#include <btl/hash.h>
#include <btl/running_record.h>

static struct btl_running sample(void)
{
    struct btl_running running = {.path = BTL_STR("/loader.conf"),
                                  .how = BTLM_HOW_FALLBACK,
                                  .flags = BTLM_BOOT_TRIAL | BTLM_BOOT_FALLBACK,
                                  .tries = 3,
                                  .tries_left = 2,
                                  .timeout = 90,
                                  .watchdog = 60};
    for (uint8_t i = 0; i < 32; i++)
        running.sha256[i] = i;
    return running;
}

// A whole record; its checksum was computed by another implementation.
TEST(test_bytes_of_a_running_record)
{
    static const uint8_t expected[] = {
        'B', 'T', 'L', 'b', 1,   4,   0,   0,   0xf3, 0xd4, 0xf5, 0x51, 20, 0,  0,  0,
        3,   0,   2,   0,   90,  0,   0,   0,   60,   0,    0,    0,    0,  1,  2,  3,
        4,   5,   6,   7,   8,   9,   10,  11,  12,   13,   14,   15,   16, 17, 18, 19,
        20,  21,  22,  23,  24,  25,  26,  27,  28,   29,   30,   31,   12, 0,  0,  0,
        '/', 'l', 'o', 'a', 'd', 'e', 'r', '.', 'c',  'o',  'n',  'f'};
    uint8_t bytes[BTL_RUNNING_MAX];
    struct btl_running running = sample();
    assert_int_equal(btl_running_write(&running, bytes), sizeof(expected));
    assert_memory_equal(bytes, expected, sizeof(expected));
}

TEST(test_a_written_record_is_read)
{
    uint8_t bytes[BTL_RUNNING_MAX];
    struct btl_running running = sample(), got;
    uint64_t size = btl_running_write(&running, bytes);
    assert_true(btl_running_read((struct btl_bytes){bytes, size}, &got));
    assert_true(btl_str_equal(got.path, running.path));
    assert_memory_equal(got.sha256, running.sha256, 32);
    assert_int_equal(got.how, BTLM_HOW_FALLBACK);
    assert_int_equal(got.flags, running.flags);
    assert_int_equal(got.tries, 3);
    assert_int_equal(got.tries_left, 2);
    assert_int_equal(got.timeout, 90);
    assert_int_equal(got.watchdog, 60);
}

TEST(test_every_changed_bit_and_every_length_of_a_record_is_refused)
{
    uint8_t bytes[BTL_RUNNING_MAX];
    struct btl_running running = sample(), got;
    uint64_t size = btl_running_write(&running, bytes);
    for (uint64_t bit = 0; bit < size * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(btl_running_read((struct btl_bytes){bytes, size}, &got));
        assert_int_equal(got.path.len, 0);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (uint64_t len = 0; len < sizeof(bytes); len++)
        assert_int_equal(btl_running_read((struct btl_bytes){bytes, len}, &got), len == size);
}

static bool reads_changed(size_t offset, uint8_t value)
{
    uint8_t bytes[BTL_RUNNING_MAX];
    struct btl_running running = sample(), got;
    struct btl_bytes whole = {bytes, btl_running_write(&running, bytes)};
    bytes[offset] = value;
    uint32_t checksum = btl_crc32_of_record(whole, offsetof(struct btl_running_wire, checksum));
    memcpy(bytes + offsetof(struct btl_running_wire, checksum), &checksum, sizeof(checksum));
    return btl_running_read(whole, &got);
}

// With a correct checksum: the content is checked too.
TEST(test_content_that_cannot_be_is_refused)
{
    assert_true(reads_changed(0, 'B'));
    assert_false(reads_changed(0, 'C'));
    assert_false(reads_changed(offsetof(struct btl_running_wire, version), 2));
    assert_false(reads_changed(offsetof(struct btl_running_wire, reserved), 1));
    assert_false(reads_changed(offsetof(struct btl_running_wire, reserved2), 1));
    assert_false(reads_changed(offsetof(struct btl_running_wire, tries_left), 4));
    assert_false(reads_changed(offsetof(struct btl_running_wire, path_length), 11));
    assert_false(reads_changed(sizeof(struct btl_running_wire), 'l')); // not from the root
    assert_false(reads_changed(sizeof(struct btl_running_wire) + 4, '\n'));
}

TEST(test_a_path_that_no_record_can_hold)
{
    static char text[BTL_RECORD_PATH_MAX + 1];
    uint8_t bytes[BTL_RUNNING_MAX];
    struct btl_running running = sample(), got;
    memset(text, 'a', sizeof(text));
    text[0] = '/';
    running.path = (struct btl_str){text, sizeof(text)};
    assert_int_equal(btl_running_write(&running, bytes), 0);
    running.path.len--;
    uint64_t size = btl_running_write(&running, bytes);
    assert_int_equal(size, BTL_RUNNING_MAX);
    assert_true(btl_running_read((struct btl_bytes){bytes, size}, &got));
    running.path.len = 0;
    assert_int_equal(btl_running_write(&running, bytes), 0);
}

TEST(test_which_boot_may_be_confirmed)
{
    struct btl_running running = sample();
    assert_true(btl_running_may_be_confirmed(&running));
    running.flags = BTLM_BOOT_SAFE;
    assert_false(btl_running_may_be_confirmed(&running));
    running.flags = BTLM_BOOT_CHANGED | BTLM_BOOT_TRIAL;
    assert_false(btl_running_may_be_confirmed(&running));
}
