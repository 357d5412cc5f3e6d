// SPDX-License-Identifier: BSD-2-Clause
#include <btl/aslr.h>

#include <btl/assert.h>
#include <btl/hash.h>
#include <btl/mem.h>

#define LABEL_MAX 32

void btl_aslr_numbers(struct btl_str label, const uint8_t seed[static BTL_ASLR_SEED],
                      uint64_t ret_numbers[static BTL_ASLR_NUMBERS])
{
    uint8_t text[LABEL_MAX + BTL_ASLR_SEED], digest[32];
    BTL_ASSERT(label.len <= LABEL_MAX);
    memcpy(text, label.at, label.len);
    memcpy(text + label.len, seed, BTL_ASLR_SEED);
    btl_sha256((struct btl_bytes){text, label.len + BTL_ASLR_SEED}, digest);
    memcpy(ret_numbers, digest, sizeof(digest));
}

// The remainder prefers no offset noticeably: there are at most 2^18 of them.
uint64_t btl_aslr_offset(uint64_t number, uint64_t space, uint64_t step)
{
    return number % (space / step + 1) * step;
}
