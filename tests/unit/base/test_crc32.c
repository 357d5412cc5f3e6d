// SPDX-License-Identifier: BSD-2-Clause
// CRC-32 against published values and against its definition, bit by bit.
#include "test_case.h"

#include <stdlib.h>
#include <string.h>

#include <btl/hash.h>

static uint32_t crc_of(const char *text)
{
    return btl_crc32(0, (struct btl_bytes){(const uint8_t *)text, strlen(text)});
}

TEST(test_before)
{
    uint8_t bytes[64];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 37);
    for (size_t size = 0; size <= sizeof(bytes); size++) {
        uint32_t start = (uint32_t)(0x9e3779b9 * size);
        uint32_t end = btl_crc32(start, (struct btl_bytes){bytes, size});
        assert_int_equal(btl_crc32_before(end, (struct btl_bytes){bytes, size}), start);
    }
}

TEST(test_published_values)
{
    assert_int_equal(crc_of(""), 0);
    assert_int_equal(crc_of("a"), 0xe8b7be43);
    assert_int_equal(crc_of("abc"), 0x352441c2);
    assert_int_equal(crc_of("123456789"), 0xcbf43926); // the check value of its catalogue entry
    assert_int_equal(crc_of("The quick brown fox jumps over the lazy dog"), 0x414fa339);
}

// Division of polynomials over GF(2), with the polynomial as the standard writes it.
static uint32_t divide(const uint8_t *bytes, size_t size)
{
    uint32_t rest = 0xffffffff;
    for (size_t i = 0; i < 8 * size; i++) {
        uint32_t bit = bytes[i / 8] >> i % 8 & 1;
        bool over = (rest >> 31 ^ bit) & 1;
        rest = rest << 1 ^ (over ? 0x04c11db7 : 0);
    }
    uint32_t reflected = 0;
    for (int i = 0; i < 32; i++)
        reflected |= (rest >> i & 1) << (31 - i);
    return ~reflected;
}

TEST(test_every_byte_and_length)
{
    for (size_t size = 0; size <= 256; size++) {
        uint8_t *bytes = malloc(size + 1);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)(i + 3 * size);
        assert_int_equal(btl_crc32(0, (struct btl_bytes){bytes, size}), divide(bytes, size));
        free(bytes);
    }
}

TEST(test_continues_where_it_was_left)
{
    uint8_t bytes[100];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * i);
    uint32_t whole = btl_crc32(0, (struct btl_bytes){bytes, sizeof(bytes)});
    for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
        uint32_t crc = btl_crc32(0, (struct btl_bytes){bytes, cut});
        crc = btl_crc32(crc, (struct btl_bytes){bytes + cut, sizeof(bytes) - cut});
        assert_int_equal(crc, whole);
    }
}

TEST(test_the_field_of_a_record_counts_as_0)
{
    uint8_t record[20], zeroed[20];
    memset(record, 0x5a, sizeof(record));
    for (size_t field = 0; field + 4 <= sizeof(record); field++) {
        memcpy(zeroed, record, sizeof(record));
        memset(zeroed + field, 0, 4);
        assert_int_equal(btl_crc32_of_record((struct btl_bytes){record, sizeof(record)}, field),
                         btl_crc32(0, (struct btl_bytes){zeroed, sizeof(zeroed)}));
    }
}
