// SPDX-License-Identifier: BSD-2-Clause
// Random bytes from phase 1 on: ChaCha20 (RFC 8439) keyed by the seed in the manifest. Every
// request replaces the key, so earlier output cannot be computed from memory.
#include <btl/manifest.h>
#include <btl/module.h>

#include "entropy.h"

static uint32_t key[8];

static uint32_t rotate_left(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

static void quarter_round(uint32_t s[16], int a, int b, int c, int d)
{
    s[a] += s[b], s[d] = rotate_left(s[d] ^ s[a], 16);
    s[c] += s[d], s[b] = rotate_left(s[b] ^ s[c], 12);
    s[a] += s[b], s[d] = rotate_left(s[d] ^ s[a], 8);
    s[c] += s[d], s[b] = rotate_left(s[b] ^ s[c], 7);
}

static void chacha_block(const uint32_t k[8], uint32_t counter, const uint32_t nonce[3],
                         uint32_t ret_block[16])
{
    uint32_t input[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    memcpy(input + 4, k, 32);
    input[12] = counter;
    memcpy(input + 13, nonce, 12);
    memcpy(ret_block, input, sizeof(input));
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 4; i++)
            quarter_round(ret_block, i, 4 + i, 8 + i, 12 + i);
        for (int i = 0; i < 4; i++)
            quarter_round(ret_block, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
    }
    for (int i = 0; i < 16; i++)
        ret_block[i] += input[i];
}

// Test against RFC 8439, 2.3.2: the output of a wrong cipher would look random too.
static bool chacha_works(void)
{
    static const uint32_t nonce[3] = {0x09000000, 0x4a000000, 0};
    uint32_t k[8], block[16];
    for (uint32_t i = 0; i < 8; i++)
        k[i] = 0x03020100 + i * 0x04040404;
    chacha_block(k, 1, nonce, block);
    return block[0] == 0xe4e7f110 && block[7] == 0x4e6cd4c3 && block[15] == 0x4e3c50a2;
}

// Replace the key by the first half of block 0 of a stream that depends on the old key and on
// `extra`.
static void key_stir(const uint32_t extra[3])
{
    uint32_t block[16];
    chacha_block(key, 0, extra, block);
    memcpy(key, block, sizeof(key));
    memset(block, 0, sizeof(block));
}

void random_bytes(void *bytes, size_t count)
{
    uint8_t *to = bytes;
    uint32_t block[16], nonce[3] = {0};
    for (uint32_t counter = 1; count > 0; counter++) {
        size_t part = count < sizeof(block) ? count : sizeof(block);
        chacha_block(key, counter, nonce, block);
        memcpy(to, block, part);
        to += part;
        count -= part;
    }
    memset(block, 0, sizeof(block));
    key_stir(nonce);
}

// Reject values above the largest multiple of `limit`: a plain remainder favors small numbers.
uint64_t random_below(uint64_t limit)
{
    uint64_t value, surplus = -limit % limit; // 2^64 mod limit
    do
        random_bytes(&value, sizeof(value));
    while (value < surplus);
    return value % limit;
}

static int entropy_load(const struct btl_load_args *args)
{
    const struct btlm_system *system = boot_system();
    if (!chacha_works()) {
        kprintf("entropy: ChaCha20 does not give its test vector\n");
        return BTL_EIO;
    }
    memcpy(key, system->seed, sizeof(key));
    for (int i = 0; i < 4; i++) {
        uint64_t now = time_ticks();
        uint32_t extra[3];
        memcpy(extra, system->seed + 32 + i * 8, 8);
        extra[0] ^= (uint32_t)(now >> 32);
        extra[2] = (uint32_t)now;
        key_stir(extra);
    }
    if (system->seed_size == 0)
        kprintf("entropy: the firmware gave no seed; what is random here can be guessed\n");
    else
        kprintf("entropy: seeded with %u bytes\n", system->seed_size);
    return 0;
}

static int entropy_unload(void)
{
    memset(key, 0, sizeof(key));
    return 0;
}

BTL_MODULE("entropy", .load = entropy_load, .unload = entropy_unload);
BTL_VERSION("1.0");
BTL_DESCRIPTION("random bytes from the seed in the manifest");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
BTL_PROVIDES("entropy:1.0");
BTL_EXPORT(random_bytes);
BTL_EXPORT(random_below);
