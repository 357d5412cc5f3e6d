// SPDX-License-Identifier: BSD-2-Clause
// The types that all BTL headers share. Freestanding C11.
#ifndef BTL_TYPES_H
#define BTL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <btl/str.h>

// Borrowed bytes.
struct btl_bytes {
    const uint8_t *at;
    size_t size; // bytes
};

#define BTL_COUNT(array) (sizeof(array) / sizeof((array)[0]))

// A function whose parameter number `parameter` is a format of btl/format.h. `args`: the number of
// the first argument for the format, or 0 for a va_list.
#define BTL_PRINTF(parameter, args) __attribute__((format(printf, parameter, args)))

// An absent index, in plans and in manifests.
#define BTL_NONE UINT32_MAX

#define BTL_PAGE_SIZE 4096u

// Set *ret to a + b, to a * b, or to a rounded up to `align` (a power of two). False, with *ret
// unchanged: overflow.
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
