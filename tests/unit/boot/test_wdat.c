// SPDX-License-Identifier: BSD-2-Clause
// The gate of ACPI's table WDAT.
#include "test_case.h"

#include <string.h>

#include <btl/wdat.h>

#define HEADER 68
#define ENTRY  24

// Append an instruction on a port of two bytes.
static void put_instruction(uint8_t *table, uint32_t index, uint8_t action, uint8_t instruction,
                            uint16_t port, uint32_t value, uint32_t mask)
{
    uint8_t *at = table + HEADER + ENTRY * index;
    const uint8_t begin[] = {action,        instruction,         0, 0, 1, 16, 0, 2,
                             (uint8_t)port, (uint8_t)(port >> 8)};
    memset(at, 0, ENTRY);
    memcpy(at, begin, sizeof(begin));
    memcpy(at + 16, &value, 4);
    memcpy(at + 20, &mask, 4);
}

static void seal(uint8_t *table, uint32_t size)
{
    uint8_t sum = 0;
    table[9] = 0;
    for (uint32_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + table[i]);
    table[9] = (uint8_t)-sum;
}

// The TCO of an ICH9 at port 0x660: counts of 600 ms, 4 to 0x3ff.
static uint32_t make_table(uint8_t table[1024])
{
    const uint32_t count = 4, size = HEADER + ENTRY * count, length = 32, period = 600, max = 0x3ff,
                   min = 4;
    memset(table, 0, 1024);
    memcpy(table, "WDAT", 4);
    memcpy(table + 4, &size, 4);
    memcpy(table + 36, &length, 4);
    memcpy(table + 48, &period, 4);
    memcpy(table + 52, &max, 4);
    memcpy(table + 56, &min, 4);
    table[60] = 1;
    memcpy(table + 64, &count, 4);
    put_instruction(table, 0, BTL_WDAT_SET_COUNTDOWN, BTL_WDAT_WRITE_COUNTDOWN | 0x80, 0x672, 0,
                    0x3ff);
    put_instruction(table, 1, BTL_WDAT_SET_RUNNING, BTL_WDAT_WRITE_VALUE | 0x80, 0x668, 0, 0x800);
    put_instruction(table, 2, BTL_WDAT_SET_STOPPED, BTL_WDAT_WRITE_VALUE | 0x80, 0x668, 0x800,
                    0x800);
    put_instruction(table, 3, BTL_WDAT_RESET, BTL_WDAT_WRITE_VALUE, 0x660, 1, 0xffff);
    seal(table, size);
    return size;
}

TEST(test_a_good_table)
{
    uint8_t table[1024];
    struct btl_wdat wdat;
    uint32_t size = make_table(table), min, max;
    assert_null(btl_wdat_read((struct btl_bytes){table, size}, &wdat));
    assert_int_equal(wdat.instruction_count, 4);
    const struct btl_wdat_instruction *first = &wdat.instructions[0];
    assert_true(first->io && first->preserve);
    assert_int_equal(first->operation, BTL_WDAT_WRITE_COUNTDOWN);
    assert_int_equal(first->address, 0x672);
    assert_int_equal(first->width, 2);
    assert_int_equal(first->mask, 0x3ff);
    assert_true(btl_wdat_has(&wdat, BTL_WDAT_RESET));
    assert_false(btl_wdat_has(&wdat, BTL_WDAT_SET_REBOOT));
    btl_wdat_range(&wdat, &min, &max);
    assert_int_equal(min, 3);
    assert_int_equal(max, 613);
    assert_int_equal(btl_wdat_count(&wdat, 60), 100);
    assert_int_equal(btl_wdat_count(&wdat, 1), 4);
    assert_int_equal(btl_wdat_count(&wdat, 5000), 0x3ff);
}

static void expect_fault(uint32_t at, uint8_t value, const char *part)
{
    uint8_t table[1024];
    struct btl_wdat wdat;
    uint32_t size = make_table(table);
    table[at] = value;
    seal(table, size);
    const char *fault = btl_wdat_read((struct btl_bytes){table, size}, &wdat);
    assert_non_null(fault);
    if (strstr(fault, part) == NULL)
        fail_msg("\"%s\" instead of \"%s\"", fault, part);
    assert_int_equal(wdat.instruction_count, 0);
}

TEST(test_each_fault_is_named)
{
    expect_fault(0, 'X', "signature");
    expect_fault(4, 0, "length");
    expect_fault(60, 0, "disabled");
    expect_fault(57, 5, "range of times"); // the minimum is above the maximum
    expect_fault(64, 65, "more than 64");
    expect_fault(64, 5, "do not fit");
    expect_fault(68, 40, "how the watchdog is set");
    expect_fault(68 + 24, 40, "how the watchdog is set");
    expect_fault(68 + 48, 40, "how the watchdog is set");
    expect_fault(68 + 1, 4, "no register");  // an unknown operation
    expect_fault(68 + 4, 2, "no register");  // in PCI's configuration space
    expect_fault(68 + 6, 16, "no register"); // a shift out of the register
    expect_fault(68 + 7, 4, "no register");  // of eight bytes
    expect_fault(68 + 8, 0x73, "no register");
    expect_fault(68 + 10, 1, "no register"); // a port above 0xffff
}

TEST(test_every_length_is_bounded)
{
    uint8_t table[1024];
    struct btl_wdat wdat;
    uint32_t size = make_table(table);
    for (uint32_t len = 0; len < sizeof(table); len++)
        assert_int_equal(btl_wdat_read((struct btl_bytes){table, len}, &wdat) == NULL, len == size);
}

TEST(test_a_wrong_checksum)
{
    uint8_t table[1024];
    struct btl_wdat wdat;
    uint32_t size = make_table(table);
    table[9]++;
    assert_string_equal(btl_wdat_read((struct btl_bytes){table, size}, &wdat),
                        "its checksum is wrong");
}
