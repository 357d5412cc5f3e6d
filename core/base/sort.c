// SPDX-License-Identifier: BSD-2-Clause
// Insertion while the array is nearly sorted, then heap sort.
#include "sort.h"

#include <btl/mem.h>

struct heap {
    char *array;
    size_t size; // of an element
    btl_compare *compare;
    void *context;
};

// By words, then by bytes: a copy of a fixed size is a move, one of a variable size is a call.
static void swap(struct heap *heap, size_t i, size_t j)
{
    char *a = heap->array + i * heap->size, *b = heap->array + j * heap->size;
    size_t left = heap->size;
    for (; left >= sizeof(uint64_t); left -= sizeof(uint64_t)) {
        uint64_t x, y;
        memcpy(&x, a, sizeof(x));
        memcpy(&y, b, sizeof(y));
        memcpy(a, &y, sizeof(y));
        memcpy(b, &x, sizeof(x));
        a += sizeof(x);
        b += sizeof(y);
    }
    for (; left > 0; left--) {
        char x = *a;
        *a++ = *b;
        *b++ = x;
    }
}

static bool is_less(struct heap *heap, size_t i, size_t j)
{
    return heap->compare(heap->array + i * heap->size, heap->array + j * heap->size,
                         heap->context) < 0;
}

// Restore the order of the heap [0, count) below `at`: no child sorts after its parent.
static void sink(struct heap *heap, size_t at, size_t count)
{
    while (at < count / 2) {
        size_t child = 2 * at + 1;
        if (child + 1 < count && is_less(heap, child, child + 1))
            child++;
        if (!is_less(heap, at, child))
            return;
        swap(heap, at, child);
        at = child;
    }
}

#define HELD_MAX      128 // bytes of an element that is inserted
#define MOVES_AVERAGE 4   // of an element, beyond which the array is not nearly sorted

// Insert each element among those before it, while this moves few. True: the array is sorted.
static bool sort_by_insertion(struct heap *heap, size_t count)
{
    char held[HELD_MAX];
    size_t moves = 0;
    for (size_t next = 1; next < count; next++) {
        size_t at = next;
        if (!is_less(heap, next, next - 1))
            continue;
        memcpy(held, heap->array + next * heap->size, heap->size);
        do
            at--;
        while (at > 0 && moves + (next - at) < MOVES_AVERAGE * count &&
               heap->compare(held, heap->array + (at - 1) * heap->size, heap->context) < 0);
        char *to = heap->array + at * heap->size;
        memmove(to + heap->size, to, (next - at) * heap->size);
        memcpy(to, held, heap->size);
        moves += next - at;
        if (moves >= MOVES_AVERAGE * count)
            return false;
    }
    return true;
}

void btl_sort(void *array, size_t count, size_t size, btl_compare *compare, void *context)
{
    struct heap heap = {array, size, compare, context};
    if (size <= HELD_MAX && sort_by_insertion(&heap, count))
        return;
    for (size_t at = count / 2; at > 0; at--)
        sink(&heap, at - 1, count);
    for (size_t end = count; end > 1; end--) {
        swap(&heap, 0, end - 1);
        sink(&heap, 0, end - 1);
    }
}
