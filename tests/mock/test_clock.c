// SPDX-License-Identifier: BSD-2-Clause
// The rate of the processor's counter where nothing states it.
#include "mock.h"

#include <string.h>

#include "clock.h"

// As in core/boot/fadt.c.
static struct btl_bytes put_fadt(uint8_t table[276], bool wide)
{
    static const uint32_t size = 276, port = MOCK_TIMER;
    const uint32_t flags = wide ? 1u << 8 : 0;
    uint8_t sum = 0;
    memset(table, 0, size);
    memcpy(table, "FACP", 4);
    memcpy(table + 4, &size, 4);
    memcpy(table + 76, &port, 4);
    table[91] = 4;
    memcpy(table + 112, &flags, 4);
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + table[i]);
    table[9] = (uint8_t)-sum;
    return (struct btl_bytes){table, size};
}

// A machine that states no rate.
static struct mock *begin(uint8_t table[276], bool wide)
{
    struct mock *mock = mock_begin();
    mock->rate = 0;
    mock->firmware.watchdog(&mock->firmware, 0); // the tests let much time pass
    mock->devices.fadt = put_fadt(table, wide);
    mock->devices.timer_mask = wide ? UINT32_MAX : 0xffffff;
    return mock;
}

// Is the rate that of the mock, to one part in `parts`?
static void expect_rate(uint64_t rate, uint64_t parts)
{
    assert_in_range(rate, MOCK_HERTZ - MOCK_HERTZ / parts, MOCK_HERTZ + MOCK_HERTZ / parts);
}

TEST(the_timer_gives_the_rate_without_a_stall)
{
    for (int wide = 0; wide < 2; wide++) {
        uint8_t table[276];
        struct mock *mock = begin(table, wide);
        struct clock clock;
        clock_begin(&clock, &mock->firmware);
        expect_rate(clock.rate, 100);
        assert_int_equal(mock->stalled, 0);
        assert_true(mock->ticks < MOCK_HERTZ / 5000); // 200 us
        mock->ticks += MOCK_HERTZ;
        expect_rate(clock_rate(&clock), 100000);
        mock_end(mock);
    }
}

// The count passes its last value: while it is held against the counter, and often after that.
TEST(the_timer_wraps)
{
    static const uint64_t ends[] = {0xffffff, 0x1000000};
    for (size_t i = 0; i < BTL_COUNT(ends); i++) {
        uint8_t table[276];
        struct mock *mock = begin(table, false);
        struct clock clock;
        mock->ticks = ends[i] * (MOCK_HERTZ / 1000) / BTL_FADT_TIMER_RATE * 1000 - 200000;
        clock_begin(&clock, &mock->firmware);
        expect_rate(clock.rate, 100);
        for (int second = 0; second < 95; second++) {
            mock->ticks += MOCK_HERTZ;
            expect_rate(clock_rate(&clock), 100000);
        }
        mock->ticks += 1000 * MOCK_HERTZ; // the wraps are no longer known
        assert_int_equal(clock_rate(&clock), clock.rate);
        mock_end(mock);
    }
}

TEST(a_timer_that_stands_still)
{
    uint8_t table[276];
    struct mock *mock = begin(table, true);
    struct clock clock;
    mock->devices.timer_stands = 1;
    clock_begin(&clock, &mock->firmware);
    expect_rate(clock.rate, 50);
    assert_true(mock->stalled > 0);
    assert_int_equal(clock_rate(&clock), clock.rate);
    mock_end(mock);
}

// It stops after the measurement: what it says then is not believed.
TEST(a_timer_that_stops)
{
    uint8_t table[276];
    struct mock *mock = begin(table, true);
    struct clock clock;
    clock_begin(&clock, &mock->firmware);
    mock->devices.timer_stands = mock->ticks;
    mock->ticks += MOCK_HERTZ;
    assert_int_equal(clock_rate(&clock), clock.rate);
    mock_end(mock);
}

TEST(a_table_that_cannot_be_right)
{
    uint8_t table[276];
    struct mock *mock = begin(table, true);
    struct clock clock;
    table[9] ^= 1;
    clock_begin(&clock, &mock->firmware);
    expect_rate(clock.rate, 50);
    assert_true(mock->stalled > 0);
    mock_end(mock);
}

TEST(a_port_that_cannot_be_read)
{
    for (uint32_t at = 1; at < 8; at++) {
        uint8_t table[276];
        struct mock *mock = begin(table, true);
        struct clock clock;
        mock->fail_service = MOCK_REGISTER_READ;
        mock->fail_at = at;
        mock->fail_status = FW_UNSUPPORTED;
        clock_begin(&clock, &mock->firmware);
        expect_rate(clock.rate, 50);
        assert_true(mock->stalled > 0);
        mock_end(mock);
    }
}

// The kernel gets the rate that the whole boot gave.
TEST(the_manifest_has_the_better_rate)
{
    uint8_t table[276];
    struct mock *mock = begin(table, false);
    struct btl_manifest manifest;
    mock_add_ordinary(mock);
    mock->line_us = 700;
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    expect_rate(btl_manifest_system(&manifest)->ticks_per_second, 1000);
    assert_int_equal(mock->stalled, 0);
    mock_end(mock);
}
