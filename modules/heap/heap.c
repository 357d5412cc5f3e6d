// SPDX-License-Identifier: BSD-2-Clause
#include "heap/heap.h"

#include <btl/kernel.h>

#define CHUNK_MIN (32u << 10)

struct heap_chunk {
    struct heap_chunk *next;
    uint64_t reserved; // keeps the alignment of kmem_alloc()
};

static bool heap_grow(struct btl_arena *arena, size_t bytes)
{
    struct heap *heap = arena->owner;
    uint64_t size;
    if (!btl_add(bytes, sizeof(struct heap_chunk), &size))
        return false;
    size = size < CHUNK_MIN ? CHUNK_MIN : size;
    struct heap_chunk *chunk = size <= heap->max - heap->taken ? kmem_alloc(size) : NULL;
    if (chunk == NULL)
        return false;
    chunk->next = heap->chunks;
    heap->chunks = chunk;
    heap->taken += size;
    arena->at = (uint8_t *)(chunk + 1);
    arena->end = (uint8_t *)chunk + size;
    return true;
}

void heap_init(struct heap *heap, size_t max)
{
    *heap = (struct heap){.arena = {.grow = heap_grow, .owner = heap}, .max = max};
}

void heap_free(struct heap *heap)
{
    while (heap->chunks != NULL) {
        struct heap_chunk *chunk = heap->chunks;
        heap->chunks = chunk->next;
        kmem_free(chunk);
    }
    heap_init(heap, heap->max);
}

static void heap_put(struct btl_out *out, const char *text, size_t len)
{
    struct btl_str piece = {text, len};
    kprintf("%pS", &piece);
}

void heap_print(const char *name, const struct btl_diags *diags)
{
    struct btl_out out = {.put = heap_put};
    for (const struct btl_diag *diag = diags->first; diag != NULL; diag = diag->next) {
        kprintf("%s: ", name);
        btl_diag_print(&out, diag);
        kprintf("\n");
    }
    if (diags->lost > 0)
        kprintf("%s: no memory for %u more messages\n", name, diags->lost);
}
