// SPDX-License-Identifier: BSD-2-Clause
// Encoding and decoding of BtlRun.
#include "test_case.h"

#include <stdio.h>
#include <string.h>

#include <btl/hash.h>
#include <btl/manifest.h>
#include <btl/run_record.h>

static struct btl_run sample(void)
{
    struct btl_run run = {.end = BTL_RUN_PANIC,
                          .manifest = 0x12345678,
                          .event_count = 2,
                          .events_left_out = 3,
                          .text = {"one\ntwo\n", 8}};
    run.events[0] = (struct btl_run_event){1, 2, BTL_RUN_NO_MODULE, BTLM_EVENT_PHASE1, 0};
    run.events[1] = (struct btl_run_event){1000, 7, 0x0102, BTLM_EVENT_MODULE_LOADED, 1};
    return run;
}

// A whole record; its checksum was computed by another implementation.
TEST(test_bytes_of_a_run)
{
    static const uint8_t expected[] = {
        'B', 'T', 'L', 'k', 1, 2, 2,  0, 0xb2, 0xb3, 0x52, 0x7f, 0x78, 0x56, 0x34, 0x12, 3, 0,
        8,   0,   1,   0,   0, 0, 2,  0, 0,    0,    0xff, 0xff, 9,    0,    0xe8, 3,    0, 0,
        7,   0,   0,   0,   2, 1, 13, 1, 'o',  'n',  'e',  '\n', 't',  'w',  'o',  '\n'};
    uint8_t bytes[BTL_RUN_MAX];
    struct btl_run run = sample();
    assert_int_equal(btl_run_write(&run, bytes), sizeof(expected));
    assert_memory_equal(bytes, expected, sizeof(expected));
}

TEST(test_what_was_written_is_read)
{
    uint8_t bytes[BTL_RUN_MAX];
    struct btl_run run = sample(), got;
    uint64_t size = btl_run_write(&run, bytes);
    assert_true(btl_run_read((struct btl_bytes){bytes, size}, &got));
    assert_int_equal(got.end, run.end);
    assert_int_equal(got.manifest, run.manifest);
    assert_int_equal(got.event_count, 2);
    assert_int_equal(got.events_left_out, 3);
    assert_memory_equal(got.events, run.events, sizeof(run.events));
    assert_true(btl_str_equal(got.text, run.text));
}

// A full record: all events that fit, and the last lines of the text.
TEST(test_too_much_is_cut)
{
    static char text[4000];
    uint8_t bytes[BTL_RUN_MAX];
    struct btl_run run = {.event_count = BTL_RUN_EVENTS_MAX, .events_left_out = 70000}, got;
    for (uint32_t i = 0; i < BTL_RUN_EVENTS_MAX; i++)
        run.events[i].start = i;
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = i % 10 == 9 ? '\n' : (char)('0' + i % 10);
    run.text = (struct btl_str){text, sizeof(text)};
    uint64_t size = btl_run_write(&run, bytes);
    assert_true(size <= BTL_RUN_MAX && size > BTL_RUN_MAX - 10);
    assert_true(btl_run_read((struct btl_bytes){bytes, size}, &got));
    assert_int_equal(got.event_count, BTL_RUN_EVENTS_MAX);
    assert_int_equal(got.events_left_out, UINT16_MAX);
    assert_int_equal(got.text.len % 10, 0);
    assert_int_equal(got.text.at[0], '0');
}

TEST(test_every_changed_bit_and_every_length_is_refused)
{
    uint8_t bytes[BTL_RUN_MAX];
    struct btl_run run = sample(), got;
    uint64_t size = btl_run_write(&run, bytes);
    for (uint64_t bit = 0; bit < size * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(btl_run_read((struct btl_bytes){bytes, size}, &got));
        assert_int_equal(got.event_count, 0);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (uint64_t len = 0; len < size; len++)
        assert_false(btl_run_read((struct btl_bytes){bytes, len}, &got));
}

// Changes a byte and makes the checksum right again.
static bool reads_with(uint64_t offset, uint8_t value)
{
    uint8_t bytes[BTL_RUN_MAX];
    struct btl_run run = sample(), got;
    uint64_t size = btl_run_write(&run, bytes);
    bytes[offset] = value;
    uint32_t checksum = btl_crc32_of_record((struct btl_bytes){bytes, size},
                                            offsetof(struct btl_run_wire, checksum));
    memcpy(bytes + offsetof(struct btl_run_wire, checksum), &checksum, sizeof(checksum));
    return btl_run_read((struct btl_bytes){bytes, size}, &got);
}

TEST(test_a_wrong_field_is_refused_with_a_right_checksum)
{
    assert_true(reads_with(16, 4));
    assert_true(reads_with(30, 99)); // a later version's kind of event
    assert_false(reads_with(0, 'b'));
    assert_false(reads_with(4, 2));
    assert_false(reads_with(5, BTL_RUN_ENDS));
    assert_false(reads_with(6, 1));
    assert_false(reads_with(6, 3));
    assert_false(reads_with(18, 7));
    assert_false(reads_with(31, 2));    // failed
    assert_false(reads_with(23, 0xff)); // events in another order
}
