// SPDX-License-Identifier: BSD-2-Clause
// memcpy and the like, eight bytes at a time if both sides have the same alignment: the processor
// may fault on unaligned words.
#include <btl/kernel.h>

#pragma GCC optimize("no-tree-loop-distribute-patterns") // the loops here are memcpy and memset

#define WORD sizeof(uint64_t)

// A word that may alias memory of any type.
typedef uint64_t __attribute__((may_alias)) word;

static bool same_alignment(const void *a, const void *b)
{
    return (((uintptr_t)a ^ (uintptr_t)b) & (WORD - 1)) == 0;
}

// Bytes before the first word.
static size_t bytes_to_word(const void *at, size_t size)
{
    size_t bytes = -(uintptr_t)at & (WORD - 1);

    return bytes < size ? bytes : size;
}

void *memcpy(void *to, const void *from, size_t size)
{
    uint8_t *at = to;
    const uint8_t *source = from;

    if (same_alignment(to, from)) {
        for (size_t left = bytes_to_word(to, size); left > 0; left--, size--)
            *at++ = *source++;
        for (; size >= WORD; size -= WORD, at += WORD, source += WORD)
            *(word *)(void *)at = *(const word *)(const void *)source;
    }
    while (size-- > 0)
        *at++ = *source++;
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    uint8_t *at = (uint8_t *)to + size;
    const uint8_t *source = (const uint8_t *)from + size;

    if ((uintptr_t)to - (uintptr_t)from >= size)
        return memcpy(to, from, size); // no byte is overwritten before it is read
    while (size-- > 0)
        *--at = *--source;
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    uint64_t pattern = (uint8_t)byte * 0x0101010101010101ull;
    uint8_t *at = to;

    for (size_t left = bytes_to_word(to, size); left > 0; left--, size--)
        *at++ = (uint8_t)byte;
    for (; size >= WORD; size -= WORD, at += WORD)
        *(word *)(void *)at = pattern;
    while (size-- > 0)
        *at++ = (uint8_t)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *left = a, *right = b;

    for (size_t i = 0; i < size; i++)
        if (left[i] != right[i])
            return left[i] - right[i];
    return 0;
}
