// SPDX-License-Identifier: BSD-2-Clause
// The four memory functions that core/ and the compiler need: eight bytes at a time if both sides
// have the same alignment.
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

#define WORD sizeof(uint64_t)

static size_t to_boundary(const void *at, size_t size)
{
    size_t bytes = -(uintptr_t)at & (WORD - 1);
    return bytes < size ? bytes : size;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    if ((((uintptr_t)t ^ (uintptr_t)f) & (WORD - 1)) == 0) {
        for (size_t i = to_boundary(t, size); i > 0; i--, size--)
            *t++ = *f++;
        for (; size >= WORD; size -= WORD, t += WORD, f += WORD)
            *(uint64_t *)(void *)t = *(const uint64_t *)(const void *)f;
    }
    while (size-- > 0)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    if ((uintptr_t)to - (uintptr_t)from >= size)
        return memcpy(to, from, size);
    // Copy from the last byte down: `to` overlaps the end of `from`.
    while (size-- > 0)
        ((uint8_t *)to)[size] = ((const uint8_t *)from)[size];
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    uint8_t *t = to;
    uint64_t word = (uint8_t)byte * 0x0101010101010101ull;
    for (size_t i = to_boundary(t, size); i > 0; i--, size--)
        *t++ = (uint8_t)byte;
    for (; size >= WORD; size -= WORD, t += WORD)
        *(uint64_t *)(void *)t = word;
    while (size-- > 0)
        *t++ = (uint8_t)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *x = a, *y = b;
    for (size_t i = 0; i < size; i++) {
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    }
    return 0;
}
