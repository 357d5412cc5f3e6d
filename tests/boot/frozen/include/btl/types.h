// SPDX-License-Identifier: BSD-2-Clause
// The few types that every BTL header shares. Freestanding C11.
#ifndef BTL_TYPES_H
#define BTL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Borrowed text: not NUL-terminated, may hold any byte.
struct btl_str {
    const char *at;
    size_t len; // bytes
};

// Borrowed bytes.
struct btl_bytes {
    const uint8_t *at;
    size_t size; // bytes
};

#define BTL_STR(literal) ((struct btl_str){(literal), sizeof(literal) - 1})
#define BTL_COUNT(array) (sizeof(array) / sizeof((array)[0]))

// Absent index, in plans and in manifests.
#define BTL_NONE UINT32_MAX

#define BTL_PAGE_SIZE 4096u

bool btl_str_equal(struct btl_str a, struct btl_str b);
// Negative, 0 or positive, as memcmp; a prefix sorts first.
int btl_str_compare(struct btl_str a, struct btl_str b);
struct btl_str btl_str_of(const char *nul_terminated);

// 64-bit hash of `text`. `seed` keeps hostile names from choosing their bucket.
uint64_t btl_hash(struct btl_str text, uint64_t seed);

// *ret = a + b, a * b, or a rounded up to `align` (a power of two). False, and *ret untouched, on
// overflow.
static inline bool btl_add(uint64_t a, uint64_t b, uint64_t *ret)
{
    return !__builtin_add_overflow(a, b, ret);
}
static inline bool btl_mul(uint64_t a, uint64_t b, uint64_t *ret)
{
    return !__builtin_mul_overflow(a, b, ret);
}
static inline bool btl_round_up(uint64_t a, uint64_t align, uint64_t *ret)
{
    uint64_t sum;
    if (__builtin_add_overflow(a, align - 1, &sum))
        return false;
    *ret = sum & ~(align - 1);
    return true;
}
static inline bool btl_is_power_of_two(uint64_t a)
{
    return a != 0 && (a & (a - 1)) == 0;
}
// Is [offset, offset + size) inside [0, limit)?
static inline bool btl_in_range(uint64_t offset, uint64_t size, uint64_t limit)
{
    return size <= limit && offset <= limit - size;
}

#endif
