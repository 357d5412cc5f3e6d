// SPDX-License-Identifier: BSD-2-Clause
// Strings that are a pointer and a length, and their hash.
#include <btl/types.h>

#include <btl/mem.h>

bool btl_str_equal(struct btl_str a, struct btl_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool btl_str_equal_but_case(struct btl_str a, struct btl_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    }
    return true;
}

int btl_str_compare(struct btl_str a, struct btl_str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.at, b.at, common);
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

struct btl_str btl_str_of(const char *nul_terminated)
{
    size_t len = 0;
    while (nul_terminated[len] != '\0')
        len++;
    return (struct btl_str){nul_terminated, len};
}

// Odd constants without pattern: fractional bits of the square roots of 2, 3 and 5.
#define HASH_1 0x6a09e667f3bcc909ull
#define HASH_2 0xbb67ae8584caa73bull
#define HASH_3 0x3c6ef372fe94f82bull

// All 128 bits of the product, folded: each input bit reaches both halves.
static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

// Up to 8 bytes, little-endian. The caller hashes the length, so that "a" and "a\0" differ.
static uint64_t read_word(const char *at, size_t size)
{
    uint64_t word = 0;
    memcpy(&word, at, size);
    return word;
}

uint64_t btl_hash(struct btl_str text, uint64_t seed)
{
    uint64_t hash = fold(seed ^ HASH_1, text.len ^ HASH_2);
    size_t left = text.len;
    for (; left >= 8; left -= 8)
        hash = fold(hash ^ read_word(text.at + (text.len - left), 8), HASH_3) + seed;
    if (left > 0)
        hash = fold(hash ^ read_word(text.at + (text.len - left), left), HASH_3) + seed;
    return fold(hash ^ HASH_2, HASH_1);
}
