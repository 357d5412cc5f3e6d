// SPDX-License-Identifier: BSD-2-Clause
// memcpy and the like with string instructions, which are short and fast. Eight bytes at a time,
// since emulators do not have "fast strings".
#include <btl/kernel.h>

void *memcpy(void *to, const void *from, size_t size)
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
    uint8_t *last_to = (uint8_t *)to + size - 1;
    const uint8_t *last_from = (const uint8_t *)from + size - 1;

    if ((uintptr_t)to - (uintptr_t)from >= size)
        return memcpy(to, from, size); // no byte is overwritten before it is read
    __asm__ volatile("std\n\trep movsb\n\tcld"
                     : "+D"(last_to), "+S"(last_from), "+c"(size)
                     :
                     : "memory");
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

int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *left = a, *right = b;

    for (size_t i = 0; i < size; i++)
        if (left[i] != right[i])
            return left[i] - right[i];
    return 0;
}
