// SPDX-License-Identifier: BSD-2-Clause
// SHA-256 against the vectors of FIPS 180-4 and against a second, literal implementation.
#include "test_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <btl/hash.h>

static const char *hex_digest(const void *bytes, size_t size, char text[65])
{
    uint8_t digest[32];
    btl_sha256((struct btl_bytes){bytes, size}, digest);
    for (size_t i = 0; i < sizeof(digest); i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    return text;
}

TEST(test_published_vectors)
{
    static const struct {
        const char *text, *digest;
    } vectors[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
         "lmnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    char text[65];
    for (size_t i = 0; i < BTL_COUNT(vectors); i++)
        assert_string_equal(hex_digest(vectors[i].text, strlen(vectors[i].text), text),
                            vectors[i].digest);
}

TEST(test_million_times_a)
{
    char text[65];
    char *as = malloc(1000000);
    memset(as, 'a', 1000000);
    assert_string_equal(hex_digest(as, 1000000, text),
                        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(as);
}

// Section 6.2 of the standard, word for word, with the constants computed as it defines them: by
// integer roots, so that a slip in the table of core/ does not stand here too.
static uint32_t root_fraction(unsigned prime, unsigned degree)
{
    // The greatest r with r^degree <= prime * 2^(32 * degree); its low 32 bits are the fraction.
    unsigned __int128 low = 0, high = (unsigned __int128)1 << 37;
    while (high - low > 1) {
        unsigned __int128 middle = (low + high) / 2;
        // Compared in long division steps, so that the cube does not overflow.
        unsigned __int128 square = middle * middle;
        bool small;
        if (degree == 2)
            small = square <= (unsigned __int128)prime << 64;
        else
            small = square < (unsigned __int128)1 << 90 &&
                    (square >> 32) * middle + (((square & 0xffffffffu) * middle) >> 32) <
                        (unsigned __int128)prime << 64;
        if (small)
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static bool is_prime(unsigned n)
{
    for (unsigned i = 2; i * i <= n; i++) {
        if (n % i == 0)
            return false;
    }
    return n > 1;
}

static uint32_t k[64], h0[8];

static int make_constants(void **state)
{
    for (unsigned n = 2, i = 0; i < 64; n++) {
        if (!is_prime(n))
            continue;
        if (i < 8)
            h0[i] = root_fraction(n, 2);
        k[i++] = root_fraction(n, 3);
    }
    return 0;
}
ALL_TESTS(make_constants, NULL)

static uint32_t rotr(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static void literal_block(uint32_t h[8], const uint8_t *m)
{
    uint32_t w[64], v[8];
    for (int t = 0; t < 16; t++)
        w[t] = (uint32_t)m[4 * t] << 24 | (uint32_t)m[4 * t + 1] << 16 |
               (uint32_t)m[4 * t + 2] << 8 | m[4 * t + 3];
    for (int t = 16; t < 64; t++)
        w[t] = (rotr(w[t - 2], 17) ^ rotr(w[t - 2], 19) ^ w[t - 2] >> 10) + w[t - 7] +
               (rotr(w[t - 15], 7) ^ rotr(w[t - 15], 18) ^ w[t - 15] >> 3) + w[t - 16];
    memcpy(v, h, sizeof(v));
    for (int t = 0; t < 64; t++) {
        uint32_t t1 = v[7] + (rotr(v[4], 6) ^ rotr(v[4], 11) ^ rotr(v[4], 25)) +
                      ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[t] + w[t];
        uint32_t t2 = (rotr(v[0], 2) ^ rotr(v[0], 13) ^ rotr(v[0], 22)) +
                      ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof(v[0]));
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        h[i] += v[i];
}

static void literal_sha256(const uint8_t *bytes, size_t size, uint8_t digest[32])
{
    size_t padded = (size + 9 + 63) / 64 * 64;
    uint8_t *message = calloc(1, padded);
    uint32_t h[8];
    memcpy(h, h0, sizeof(h));
    memcpy(message, bytes, size);
    message[size] = 0x80;
    for (int i = 0; i < 8; i++)
        message[padded - 1 - i] = (uint8_t)((uint64_t)size * 8 >> 8 * i);
    for (size_t at = 0; at < padded; at += 64)
        literal_block(h, message + at);
    for (int i = 0; i < 32; i++)
        digest[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
    free(message);
}

// Every length up to four blocks and more, each in a block of its own at an odd address.
TEST(test_every_length_around_block_boundaries)
{
    for (size_t size = 0; size <= 300; size++) {
        uint8_t expected[32], digest[32];
        uint8_t *block = malloc(size + 1), *bytes = block + 1;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)(37 * i + size);
        literal_sha256(bytes, size, expected);
        btl_sha256((struct btl_bytes){bytes, size}, digest);
        assert_memory_equal(digest, expected, sizeof(digest));
        free(block);
    }
}

TEST(test_no_bytes_at_null)
{
    char text[65];
    assert_string_equal(hex_digest(NULL, 0, text),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// Each single bit of the input changes the digest.
TEST(test_every_bit_counts)
{
    uint8_t bytes[130] = {0}, plain[32], digest[32];
    btl_sha256((struct btl_bytes){bytes, sizeof(bytes)}, plain);
    for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        btl_sha256((struct btl_bytes){bytes, sizeof(bytes)}, digest);
        assert_memory_not_equal(digest, plain, sizeof(digest));
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}
