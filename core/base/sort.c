// SPDX-License-Identifier: BSD-2-Clause
// Heap sort.
#include "sort.h"

#include <btl/mem.h>

struct heap {
    char *array;
    size_t size; // of an element
    btl_compare *compare;
    void *context;
};

static void swap(struct heap *heap, size_t i, size_t j)
{
    char held[64];
    char *a = heap->array + i * heap->size, *b = heap->array + j * heap->size;
    for (size_t left = heap->size, part; left > 0; left -= part, a += part, b += part) {
        part = left < sizeof(held) ? left : sizeof(held);
        memcpy(held, a, part);
        memcpy(a, b, part);
        memcpy(b, held, part);
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

void btl_sort(void *array, size_t count, size_t size, btl_compare *compare, void *context)
{
    struct heap heap = {array, size, compare, context};
    for (size_t at = count / 2; at > 0; at--)
        sink(&heap, at - 1, count);
    for (size_t end = count; end > 1; end--) {
        swap(&heap, 0, end - 1);
        sink(&heap, 0, end - 1);
    }
}
