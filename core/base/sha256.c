// SPDX-License-Identifier: BSD-2-Clause
// SHA-256 (FIPS 180-4).
#include <btl/hash.h>

#include <btl/mem.h>

#define BLOCK 64u

// Fractional bits of the cube roots of the first 64 primes (section 4.2.2).
const uint32_t btl_sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t sha256_rotate(uint32_t word, unsigned bits)
{
    return word >> bits | word << (32 - bits);
}

static inline uint32_t sha256_read_word(const uint8_t *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof(word));
    return __builtin_bswap32(word);
}

// The next word of the schedule, in place of the one 16 rounds before (section 6.2.2, step
// 1).
static inline uint32_t sha256_schedule(uint32_t words[16], unsigned t)
{
    uint32_t two = words[(t + 14) & 15], fifteen = words[(t + 1) & 15];
    uint32_t sigma1 = sha256_rotate(two, 17) ^ sha256_rotate(two, 19) ^ two >> 10;
    uint32_t sigma0 = sha256_rotate(fifteen, 7) ^ sha256_rotate(fifteen, 18) ^ fifteen >> 3;
    return words[t & 15] += sigma1 + words[(t + 9) & 15] + sigma0;
}

// One round (step 3). Instead of moving eight variables on, the next round names them rotated.
#define ROUND(a, b, c, d, e, f, g, h, t, word)                                                     \
    do {                                                                                           \
        uint32_t sum = (h) +                                                                       \
                       (sha256_rotate((e), 6) ^ sha256_rotate((e), 11) ^ sha256_rotate((e), 25)) + \
                       ((g) ^ ((e) & ((f) ^ (g)))) + btl_sha256_constants[t] + (word);             \
        (d) += sum;                                                                                \
        (h) = sum + (sha256_rotate((a), 2) ^ sha256_rotate((a), 13) ^ sha256_rotate((a), 22)) +    \
              (((a) & (b)) | ((c) & ((a) | (b))));                                                 \
    } while (0)

#define ROUNDS_8(t, word)                                                                          \
    do {                                                                                           \
        ROUND(a, b, c, d, e, f, g, h, (t) + 0, word((t) + 0));                                     \
        ROUND(h, a, b, c, d, e, f, g, (t) + 1, word((t) + 1));                                     \
        ROUND(g, h, a, b, c, d, e, f, (t) + 2, word((t) + 2));                                     \
        ROUND(f, g, h, a, b, c, d, e, (t) + 3, word((t) + 3));                                     \
        ROUND(e, f, g, h, a, b, c, d, (t) + 4, word((t) + 4));                                     \
        ROUND(d, e, f, g, h, a, b, c, (t) + 5, word((t) + 5));                                     \
        ROUND(c, d, e, f, g, h, a, b, (t) + 6, word((t) + 6));                                     \
        ROUND(b, c, d, e, f, g, h, a, (t) + 7, word((t) + 7));                                     \
    } while (0)

#define READ(t) (words[t] = sha256_read_word(block + 4 * (t)))
#define NEXT(t) sha256_schedule(words, (t))

static void sha256_block(uint32_t state[8], const uint8_t *block)
{
    uint32_t words[16];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    ROUNDS_8(0, READ);
    ROUNDS_8(8, READ);
    for (unsigned t = 16; t < 64; t += 16) {
        ROUNDS_8(t, NEXT);
        ROUNDS_8(t + 8, NEXT);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

static void sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t count)
{
    for (; count > 0; count--, blocks += BLOCK)
        sha256_block(state, blocks);
}

// The rest, a 1 bit, zeros, and the length in bits as the last 8 bytes: one block or two (5.1.1).
static void sha256_end(btl_sha256_blocks *hash, uint32_t state[8], const uint8_t *rest,
                       size_t rest_size, uint64_t total_size)
{
    uint8_t blocks[2 * BLOCK] = {0};
    size_t size = rest_size + 1 + sizeof(uint64_t) <= BLOCK ? BLOCK : 2 * BLOCK;
    uint64_t bits = __builtin_bswap64(8 * total_size);
    if (rest_size > 0)
        memcpy(blocks, rest, rest_size);
    blocks[rest_size] = 0x80;
    memcpy(blocks + size - sizeof(bits), &bits, sizeof(bits));
    hash(state, blocks, size / BLOCK);
}

void btl_sha256_by(btl_sha256_blocks *hash, struct btl_bytes bytes, uint8_t ret_digest[32])
{
    uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    size_t whole = bytes.size - bytes.size % BLOCK;
    if (whole > 0)
        hash(state, bytes.at, whole / BLOCK);
    sha256_end(hash, state, whole > 0 ? bytes.at + whole : bytes.at, bytes.size - whole,
               bytes.size);
    for (size_t i = 0; i < BTL_COUNT(state); i++) {
        uint32_t word = __builtin_bswap32(state[i]);
        memcpy(ret_digest + 4 * i, &word, sizeof(word));
    }
}

void btl_sha256(struct btl_bytes bytes, uint8_t ret_digest[32])
{
    btl_sha256_by(sha256_blocks, bytes, ret_digest);
}

const char *btl_sha256_text(const uint8_t digest[static 32], char text[static BTL_SHA256_TEXT])
{
    for (size_t i = 0; i < 32; i++) {
        text[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    text[BTL_SHA256_TEXT - 1] = '\0';
    return text;
}

static int digit_value(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    for (int i = 0; digits[i] != '\0'; i++)
        if (digits[i] == c)
            return i % 16;
    return -1;
}

bool btl_sha256_of(struct btl_str text, uint8_t ret_digest[static 32])
{
    uint8_t digest[32];
    if (text.len != 2 * sizeof(digest))
        return false;
    for (size_t i = 0; i < sizeof(digest); i++) {
        int high = digit_value(text.at[2 * i]), low = digit_value(text.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        digest[i] = (uint8_t)(high * 16 + low);
    }
    memcpy(ret_digest, digest, sizeof(digest));
    return true;
}
