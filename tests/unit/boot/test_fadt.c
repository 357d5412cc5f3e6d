// SPDX-License-Identifier: BSD-2-Clause
// The gate of ACPI's table FADT.
#include "test_case.h"

#include <string.h>

#include <btl/fadt.h>

#define SIZE 276 // of ACPI 6

static void put(uint8_t *table, size_t at, size_t size, uint64_t value)
{
    memcpy(table + at, &value, size);
}

static void seal(uint8_t *table, size_t size)
{
    uint8_t sum = 0;
    put(table, 4, 4, size);
    table[9] = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + table[i]);
    table[9] = (uint8_t)-sum;
}

// As QEMU's q35 has it: port 0x608, in both places.
static void make_table(uint8_t table[SIZE])
{
    memset(table, 0, SIZE);
    memcpy(table, "FACP", 4);
    table[8] = 6;
    put(table, 76, 4, 0x608);
    table[91] = 4;
    put(table, 112, 4, 1u << 8);
    table[208] = 1;
    table[209] = 32;
    put(table, 212, 8, 0x608);
    seal(table, SIZE);
}

static const char *read_table(const uint8_t *table, size_t size, struct btl_fadt_timer *ret_timer)
{
    return btl_fadt_read((struct btl_bytes){table, size}, ret_timer);
}

static void expect(uint8_t *table, size_t size, const char *fault)
{
    struct btl_fadt_timer timer = {1, 1};
    seal(table, size);
    assert_string_equal(read_table(table, size, &timer), fault);
    assert_int_equal(timer.port, 0);
}

TEST(test_a_good_table)
{
    uint8_t table[SIZE];
    struct btl_fadt_timer timer;
    make_table(table);
    assert_null(read_table(table, SIZE, &timer));
    assert_int_equal(timer.port, 0x608);
    assert_int_equal(timer.mask, UINT32_MAX);
    put(table, 112, 4, 0);
    seal(table, SIZE);
    assert_null(read_table(table, SIZE, &timer));
    assert_int_equal(timer.mask, 0xffffff);
}

TEST(test_the_port_of_acpi_1)
{
    uint8_t table[SIZE];
    struct btl_fadt_timer timer;
    make_table(table);
    put(table, 76, 4, 0xb008);
    seal(table, 116);
    assert_null(read_table(table, 116, &timer));
    assert_int_equal(timer.port, 0xb008);
    make_table(table);
    put(table, 76, 4, 0xb008);
    put(table, 212, 8, 0); // empty
    seal(table, SIZE);
    assert_null(read_table(table, SIZE, &timer));
    assert_int_equal(timer.port, 0xb008);
    table[91] = 3;
    expect(table, SIZE, "its timer is no register of 32 bits");
}

TEST(test_no_timer)
{
    uint8_t table[SIZE];
    make_table(table);
    put(table, 76, 4, 0);
    put(table, 212, 8, 0);
    expect(table, SIZE, "it has no timer");
    make_table(table);
    put(table, 112, 4, 1u << 20);
    expect(table, SIZE, "it has no timer");
}

TEST(test_an_address_that_is_no_port)
{
    static const uint64_t addresses[] = {0xfffd, 0x10000, 0x100000608, UINT64_MAX, 0x60a};
    uint8_t table[SIZE];
    for (size_t i = 0; i < BTL_COUNT(addresses); i++) {
        make_table(table);
        put(table, 212, 8, addresses[i]);
        expect(table, SIZE, "its timer is on no port that there is");
    }
    make_table(table);
    table[208] = 0; // memory
    expect(table, SIZE, "its timer is not on a port");
    make_table(table);
    table[209] = 16;
    expect(table, SIZE, "its timer is no register of 32 bits");
    make_table(table);
    table[210] = 8;
    expect(table, SIZE, "its timer is no register of 32 bits");
}

TEST(test_a_damaged_table)
{
    uint8_t table[SIZE];
    struct btl_fadt_timer timer;
    make_table(table);
    for (size_t size = 0; size < SIZE; size++)
        assert_non_null(read_table(table, size, &timer));
    assert_string_equal(read_table(table, 115, &timer), "it is too short");
    assert_string_equal(read_table(table, SIZE - 1, &timer), "its length is wrong");
    table[100] ^= 1;
    assert_string_equal(read_table(table, SIZE, &timer), "its checksum is wrong");
    make_table(table);
    table[0] = 'X';
    expect(table, SIZE, "its signature is wrong");
}
