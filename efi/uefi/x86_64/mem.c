// SPDX-License-Identifier: BSD-2-Clause
// The four memory functions that core/ and the compiler need, with string instructions: on
// processors of the last decade they reach the memory's bandwidth. Words of eight bytes, because an
// emulator executes a string instruction step by step.
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    void *at = to;
    size_t words = size / 8, bytes = size % 8;
    __asm__ volatile("rep movsq\n\tmovq %3, %%rcx\n\trep movsb"
                     : "+D"(at), "+S"(from), "+c"(words)
                     : "r"(bytes)
                     : "memory");
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    if ((uintptr_t)to - (uintptr_t)from >= size)
        return memcpy(to, from, size);
    // Copy from the last byte down: `to` overlaps the end of `from`.
    void *at = (char *)to + size - 1;
    const void *source = (const char *)from + size - 1;
    __asm__ volatile("std; rep movsb; cld" : "+D"(at), "+S"(source), "+c"(size) : : "memory");
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    void *at = to;
    size_t words = size / 8, bytes = size % 8;
    uint64_t pattern = (uint8_t)byte * 0x0101010101010101ull;
    __asm__ volatile("rep stosq\n\tmovq %2, %%rcx\n\trep stosb"
                     : "+D"(at), "+c"(words)
                     : "r"(bytes), "a"(pattern)
                     : "memory");
    return to;
}

static uint64_t mem_word(const uint8_t *at)
{
    uint64_t word;
    __builtin_memcpy(&word, at, sizeof(word));
    return word;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *x = a, *y = b;
    for (; size >= 8 && mem_word(x) == mem_word(y); size -= 8, x += 8)
        y += 8;
    for (; size > 0; size--, x++, y++) {
        if (*x != *y)
            return *x < *y ? -1 : 1;
    }
    return 0;
}
