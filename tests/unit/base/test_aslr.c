// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <btl/aslr.h>
#include <btl/arena.h>

static const uint8_t zero[BTL_ASLR_SEED];

// The digest is sha256sum's of "btl:kaslr" and 64 zero bytes.
TEST(numbers_are_a_digest_of_label_and_seed)
{
    uint64_t numbers[BTL_ASLR_NUMBERS];
    btl_aslr_numbers(BTL_STR(BTL_ASLR_LOADER), zero, numbers);
    const uint8_t *bytes = (const uint8_t *)numbers;
    static const uint8_t digest[32] = {0x0e, 0x6e, 0xbe, 0xd3, 0x36, 0x02, 0x51, 0xbd,
                                       0x51, 0x76, 0xf0, 0x94, 0x71, 0x51, 0xe2, 0xba,
                                       0xe5, 0x6b, 0xd3, 0x39, 0x6d, 0xda, 0x15, 0x00,
                                       0xb2, 0x41, 0x55, 0x18, 0x0b, 0xc9, 0xd2, 0x69};
    assert_memory_equal(bytes, digest, 32);
}

TEST(another_label_or_seed_gives_other_numbers)
{
    uint64_t loader[BTL_ASLR_NUMBERS], kernel[BTL_ASLR_NUMBERS], other[BTL_ASLR_NUMBERS];
    uint8_t seed[BTL_ASLR_SEED] = {[BTL_ASLR_SEED - 1] = 1};
    btl_aslr_numbers(BTL_STR(BTL_ASLR_LOADER), zero, loader);
    btl_aslr_numbers(BTL_STR(BTL_ASLR_KERNEL), zero, kernel);
    btl_aslr_numbers(BTL_STR(BTL_ASLR_LOADER), seed, other);
    for (size_t i = 0; i < BTL_ASLR_NUMBERS; i++) {
        assert_true(loader[i] != kernel[i]);
        assert_true(loader[i] != other[i]);
    }
}

TEST(offsets_reach_both_ends_and_no_further)
{
    static const struct {
        uint64_t number, space, step, offset;
    } cases[] = {
        {0, 0x10000, 0x1000, 0},
        {16, 0x10000, 0x1000, 0x10000},
        {17, 0x10000, 0x1000, 0},
        {UINT64_MAX, 0, 0x1000, 0},
        {1, 0xfff, 0x1000, 0},
        {1, 0x1fff, 0x1000, 0x1000},
        {UINT64_MAX, UINT64_MAX, 2, UINT64_MAX - 1}, // 2^63 steps
        {1ull << 18, BTL_ASLR_KERNEL_SPACE, 0x1000, BTL_ASLR_KERNEL_SPACE},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++)
        assert_int_equal(btl_aslr_offset(cases[i].number, cases[i].space, cases[i].step),
                         cases[i].offset);
}
