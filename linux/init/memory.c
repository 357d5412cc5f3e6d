// SPDX-License-Identifier: BSD-2-Clause
// The four functions that core takes from its environment (btl/mem.h). Small, not fast: they get
// words and one record.
#include <btl/mem.h>

void *(memcpy)(void *restrict to, const void *restrict from, size_t size)
{
    char *target = to;
    const char *source = from;
    while (size-- > 0)
        *target++ = *source++;
    return to;
}

void *(memmove)(void *to, const void *from, size_t size)
{
    char *target = to;
    const char *source = from;
    if (target <= source)
        return (memcpy)(to, from, size);
    while (size-- > 0)
        target[size] = source[size];
    return to;
}

void *(memset)(void *to, int byte, size_t size)
{
    char *target = to;
    while (size-- > 0)
        *target++ = (char)byte;
    return to;
}

int(memcmp)(const void *a, const void *b, size_t size)
{
    const unsigned char *first = a, *second = b;
    for (size_t i = 0; i < size; i++)
        if (first[i] != second[i])
            return first[i] - second[i];
    return 0;
}
