// SPDX-License-Identifier: BSD-2-Clause
// SHA-256 by the processor's SHA extensions (Intel SDM volume 2, SHA256RNDS2 and SHA256MSG1/2),
// where the processor has them and the firmware has switched vector registers on. Without them
// hashing may be slower than the disk. hash_blocks_by_sha() is the only function of the loader that
// uses vector registers; tests/tree/test_registers.py checks this.
#include <cpuid.h>
#include <immintrin.h>

#include "hash.h"
#include "vectors.h"

#define BLOCK 64

// Four rounds with the words m[number % 4] of the schedule. The state is in two halves: `abef`,
// `cdgh`.
#define FOUR_ROUNDS(number)                                                                        \
    do {                                                                                           \
        const uint32_t *constants = btl_sha256_constants + 4 * (number);                           \
        __m128i sums =                                                                             \
            _mm_add_epi32(m[(number) % 4], _mm_loadu_si128((const __m128i_u *)constants));         \
        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sums);                                            \
        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sums, 0x0e));                   \
    } while (0)

#define READ(number)                                                                               \
    m[number] =                                                                                    \
        _mm_shuffle_epi8(_mm_loadu_si128((const __m128i_u *)(blocks + 16 * (number))), big_endian)

// The next four words, in place of those from 16 rounds ago.
#define NEXT(number)                                                                               \
    m[(number) % 4] = _mm_sha256msg2_epu32(                                                        \
        _mm_add_epi32(_mm_sha256msg1_epu32(m[(number) % 4], m[((number) + 1) % 4]),                \
                      _mm_alignr_epi8(m[((number) + 3) % 4], m[((number) + 2) % 4], 4)),           \
        m[((number) + 3) % 4])

#define READ_ROUNDS(number)                                                                        \
    READ(number);                                                                                  \
    FOUR_ROUNDS(number)
#define NEXT_ROUNDS(number)                                                                        \
    NEXT(number);                                                                                  \
    FOUR_ROUNDS(number)

__attribute__((target("sha,sse4.1"), noinline)) static void
hash_blocks_by_sha(uint32_t state[8], const uint8_t *blocks, size_t count)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i m[4];
    __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i_u *)state), 0xb1);
    __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i_u *)(state + 4)), 0x1b);
    __m128i abef = _mm_alignr_epi8(badc, hgfe, 8);
    __m128i cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);
    for (; count > 0; count--, blocks += BLOCK) {
        __m128i abef_before = abef, cdgh_before = cdgh;
        READ_ROUNDS(0);
        READ_ROUNDS(1);
        READ_ROUNDS(2);
        READ_ROUNDS(3);
        NEXT_ROUNDS(4);
        NEXT_ROUNDS(5);
        NEXT_ROUNDS(6);
        NEXT_ROUNDS(7);
        NEXT_ROUNDS(8);
        NEXT_ROUNDS(9);
        NEXT_ROUNDS(10);
        NEXT_ROUNDS(11);
        NEXT_ROUNDS(12);
        NEXT_ROUNDS(13);
        NEXT_ROUNDS(14);
        NEXT_ROUNDS(15);
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i_u *)state, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i_u *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

bool hash_is_fast(void)
{
    unsigned a, b, c, d;
    if (!vectors_are_on(cpu_control_registers()))
        return false;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & bit_SSSE3) == 0 || (c & bit_SSE4_1) == 0)
        return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

void hash_file(struct btl_bytes bytes, uint8_t ret_digest[32])
{
    if (hash_is_fast())
        btl_sha256_by(hash_blocks_by_sha, bytes, ret_digest);
    else
        btl_sha256(bytes, ret_digest);
}
