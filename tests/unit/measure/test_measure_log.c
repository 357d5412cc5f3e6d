// SPDX-License-Identifier: BSD-2-Clause
// The end of a firmware's event log.
#include "test_case.h"

#include <string.h>

#include "btl_test.h"
#include <btl/measure.h>

#define HEADER 32u // register, type, digest, size
#define EVENT  (8 + 4 + 2 + 20 + 2 + 32 + 4)

struct log {
    uint8_t bytes[1024];
    size_t size, last;
};

static void log_add(struct log *log, uint32_t value, size_t bytes)
{
    memcpy(log->bytes + log->size, &value, bytes);
    log->size += bytes;
}

static void log_add_data(struct log *log, size_t size)
{
    memset(log->bytes + log->size, 0xee, size);
    log->size += size;
}

// The first entry, whose data are not looked at.
static void log_begin_with(struct log *log, uint32_t data)
{
    *log = (struct log){.size = 0};
    log_add(log, 0, 4);
    log_add(log, 3, 4);
    log_add_data(log, 20);
    log_add(log, data, 4);
    log_add_data(log, data);
}

// An entry with digests of SHA-1 and SHA-256.
static void log_add_event(struct log *log, uint32_t data)
{
    log->last = log->size;
    log_add(log, 8, 4);
    log_add(log, 13, 4);
    log_add(log, 2, 4);
    log_add(log, 4, 2);
    log_add_data(log, 20);
    log_add(log, 11, 2);
    log_add_data(log, 32);
    log_add(log, data, 4);
    log_add_data(log, data);
}

// The size that is found in `memory` bytes, in a block of exactly that size.
static uint64_t size_in(const struct log *log, size_t memory, uint64_t last)
{
    struct test_memory block;
    test_memory_begin(&block);
    uint64_t size = btl_measure_log_size(test_block(&block, log->bytes, memory), last);
    test_memory_end(&block);
    return size;
}

static void three_entries(struct log *log)
{
    log_begin_with(log, 37);
    log_add_event(log, 7);
    log_add_event(log, 0);
    assert_int_equal(log->size, HEADER + 37 + 2 * EVENT + 7);
}

TEST(test_the_last_entry_is_in_the_size)
{
    struct log log;
    three_entries(&log);
    assert_int_equal(size_in(&log, log.size, log.last), log.size);
    assert_int_equal(size_in(&log, log.size, HEADER + 37), HEADER + 37 + EVENT + 7);
    log_add_data(&log, 50); // the firmware's memory goes on
    assert_int_equal(size_in(&log, log.size, log.last), log.size - 50);
}

TEST(test_the_first_entry_alone)
{
    struct log log;
    log_begin_with(&log, 0);
    assert_int_equal(size_in(&log, log.size, 0), HEADER);
    assert_int_equal(size_in(&log, 0, 0), 0);
}

TEST(test_no_entry_begins_there)
{
    struct log log;
    three_entries(&log);
    for (uint64_t last = 1; last < log.size; last++)
        if (last != log.last && last != HEADER + 37)
            assert_int_equal(size_in(&log, log.size, last), 0);
    assert_int_equal(size_in(&log, log.size, UINT64_MAX), 0);
}

TEST(test_a_log_that_is_cut)
{
    struct log log;
    three_entries(&log);
    for (size_t size = 0; size < log.size; size++)
        assert_int_equal(size_in(&log, size, log.last), 0);
}

TEST(test_hostile_entries)
{
    static const struct {
        size_t field; // in the last entry
        uint32_t value;
        size_t bytes;
    } rows[] = {{8, 17, 4}, {8, UINT32_MAX, 4}, {12, 0xaa, 2},
                {12, 0, 2}, {68, 65537, 4},     {68, UINT32_MAX, 4}};
    struct log log;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        three_entries(&log);
        memcpy(log.bytes + log.last + rows[i].field, &rows[i].value, rows[i].bytes);
        assert_int_equal(size_in(&log, log.size, log.last), 0);
    }
}

TEST(test_digests_of_each_hash)
{
    static const uint16_t known[][2] = {{4, 20},  {0xb, 32},  {0xc, 48},  {0xd, 64},
                                        {18, 32}, {0x27, 32}, {0x28, 48}, {0x29, 64}};
    struct log log;
    log_begin_with(&log, 5);
    log.last = log.size;
    log_add(&log, 9, 4);
    log_add(&log, 13, 4);
    log_add(&log, sizeof(known) / sizeof(*known), 4);
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        log_add(&log, known[i][0], 2);
        log_add_data(&log, known[i][1]);
    }
    log_add(&log, 1, 4);
    log_add_data(&log, 1);
    assert_int_equal(size_in(&log, log.size, log.last), log.size);
}
