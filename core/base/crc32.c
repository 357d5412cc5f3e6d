// SPDX-License-Identifier: BSD-2-Clause
// CRC-32 of IEEE 802.3: polynomial 0x04c11db7, bits reflected.
#include <btl/hash.h>

#include <btl/mem.h>

// A table is linear: the entry of a byte is the sum of the entries of its bits.
#define BIT(byte, bit, entry) (((byte) >> (bit)&1) != 0 ? (entry) : 0)
#define ENTRY(byte, a, b, c, d, e, f, g, h)                                                        \
    (BIT(byte, 0, a) ^ BIT(byte, 1, b) ^ BIT(byte, 2, c) ^ BIT(byte, 3, d) ^ BIT(byte, 4, e) ^     \
     BIT(byte, 5, f) ^ BIT(byte, 6, g) ^ BIT(byte, 7, h))
#define ENTRIES_4(byte, ...)                                                                       \
    ENTRY((byte), __VA_ARGS__), ENTRY((byte) + 1, __VA_ARGS__), ENTRY((byte) + 2, __VA_ARGS__),    \
        ENTRY((byte) + 3, __VA_ARGS__)
#define ENTRIES_16(byte, ...)                                                                      \
    ENTRIES_4((byte), __VA_ARGS__), ENTRIES_4((byte) + 4, __VA_ARGS__),                            \
        ENTRIES_4((byte) + 8, __VA_ARGS__), ENTRIES_4((byte) + 12, __VA_ARGS__)
#define ENTRIES_64(byte, ...)                                                                      \
    ENTRIES_16((byte), __VA_ARGS__), ENTRIES_16((byte) + 16, __VA_ARGS__),                         \
        ENTRIES_16((byte) + 32, __VA_ARGS__), ENTRIES_16((byte) + 48, __VA_ARGS__)
#define TABLE(...)                                                                                 \
    {                                                                                              \
        ENTRIES_64(0u, __VA_ARGS__), ENTRIES_64(64u, __VA_ARGS__), ENTRIES_64(128u, __VA_ARGS__),  \
            ENTRIES_64(192u, __VA_ARGS__)                                                          \
    }

// crc32_table[n][b]: the CRC of byte b and n zero bytes after it, without the inversions.
static const uint32_t crc32_table[8][256] = {
    TABLE(0x77073096, 0xee0e612c, 0x076dc419, 0x0edb8832, 0x1db71064, 0x3b6e20c8, 0x76dc4190,
          0xedb88320),
    TABLE(0x191b3141, 0x32366282, 0x646cc504, 0xc8d98a08, 0x4ac21251, 0x958424a2, 0xf0794f05,
          0x3b83984b),
    TABLE(0x01c26a37, 0x0384d46e, 0x0709a8dc, 0x0e1351b8, 0x1c26a370, 0x384d46e0, 0x709a8dc0,
          0xe1351b80),
    TABLE(0xb8bc6765, 0xaa09c88b, 0x8f629757, 0xc5b428ef, 0x5019579f, 0xa032af3e, 0x9b14583d,
          0xed59b63b),
    TABLE(0x3d6029b0, 0x7ac05360, 0xf580a6c0, 0x30704bc1, 0x60e09782, 0xc1c12f04, 0x58f35849,
          0xb1e6b092),
    TABLE(0xcb5cd3a5, 0x4dc8a10b, 0x9b914216, 0xec53826d, 0x03d6029b, 0x07ac0536, 0x0f580a6c,
          0x1eb014d8),
    TABLE(0xa6770bb4, 0x979f1129, 0xf44f2413, 0x33ef4e67, 0x67de9cce, 0xcfbd399c, 0x440b7579,
          0x8816eaf2),
    TABLE(0xccaa009e, 0x4225077d, 0x844a0efa, 0xd3e51bb5, 0x7cbb312b, 0xf9766256, 0x299dc2ed,
          0x533b85da),
};

// Eight bytes at once: the sum of what each gives, moved past those after it.
static uint32_t crc32_eight(uint32_t crc, const uint8_t *at)
{
    uint32_t low, high;
    memcpy(&low, at, sizeof(low));
    memcpy(&high, at + sizeof(low), sizeof(high));
    low ^= crc;
    return crc32_table[7][low & 0xff] ^ crc32_table[6][low >> 8 & 0xff] ^
           crc32_table[5][low >> 16 & 0xff] ^ crc32_table[4][low >> 24] ^
           crc32_table[3][high & 0xff] ^ crc32_table[2][high >> 8 & 0xff] ^
           crc32_table[1][high >> 16 & 0xff] ^ crc32_table[0][high >> 24];
}

uint32_t btl_crc32(uint32_t crc, struct btl_bytes bytes)
{
    size_t at = 0;
    crc = ~crc;
    for (; bytes.size - at >= 8; at += 8)
        crc = crc32_eight(crc, bytes.at + at);
    for (; at < bytes.size; at++)
        crc = crc >> 8 ^ crc32_table[0][(crc ^ bytes.at[at]) & 0xff];
    return ~crc;
}

uint32_t btl_crc32_before(uint32_t crc, struct btl_bytes bytes)
{
    uint8_t index[256]; // of the entry with this upper byte
    for (unsigned i = 0; i < 256; i++)
        index[crc32_table[0][i] >> 24] = (uint8_t)i;
    crc = ~crc;
    for (size_t i = bytes.size; i-- > 0;) {
        uint8_t entry = index[crc >> 24];
        crc = (crc ^ crc32_table[0][entry]) << 8 | (uint32_t)(entry ^ bytes.at[i]);
    }
    return ~crc;
}

uint32_t btl_crc32_of_record(struct btl_bytes record, size_t field)
{
    static const uint8_t zero[4];
    size_t after = field + sizeof(zero);
    uint32_t crc = btl_crc32(0, (struct btl_bytes){record.at, field});
    crc = btl_crc32(crc, (struct btl_bytes){zero, sizeof(zero)});
    return btl_crc32(crc, (struct btl_bytes){record.at + after, record.size - after});
}
