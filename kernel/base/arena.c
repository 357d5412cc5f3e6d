// SPDX-License-Identifier: BSD-2-Clause
#include "base/arena.h"

#include <btl/kernel.h>

#define CHUNK_MIN 2048u // a size class of kmem, so that small users cost little
#define CHUNK_MAX (1u << 20)

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
};

// Each chunk is twice the one before, so that their number stays small at any size.
static bool heap_arena_grow(struct btl_arena *arena, size_t bytes)
{
    struct heap_arena *heap = arena->owner;
    size_t size = CHUNK_MIN;
    struct arena_chunk *chunk;

    if (heap->chunks != NULL)
        size = heap->chunks->size < CHUNK_MAX ? 2 * heap->chunks->size : CHUNK_MAX;
    if (bytes > SIZE_MAX - sizeof(*chunk))
        return false;
    if (size < bytes + sizeof(*chunk))
        size = bytes + sizeof(*chunk);
    chunk = kmem_alloc(size);
    if (chunk == NULL)
        return false;
    *chunk = (struct arena_chunk){heap->chunks, size};
    heap->chunks = chunk;
    arena->at = (uint8_t *)(chunk + 1);
    arena->end = (uint8_t *)chunk + size;
    return true;
}

void heap_arena_init(struct heap_arena *heap)
{
    *heap = (struct heap_arena){
        .arena = {.grow = heap_arena_grow, .owner = heap, .seed = time_ticks()}};
}

void heap_arena_init_on(struct heap_arena *heap, void *memory, size_t size)
{
    heap_arena_init(heap);
    heap->arena.at = memory;
    heap->arena.end = heap->arena.at + size;
}

void heap_arena_free(struct heap_arena *heap)
{
    while (heap->chunks != NULL) {
        struct arena_chunk *chunk = heap->chunks;
        heap->chunks = chunk->next;
        kmem_free(chunk);
    }
    heap_arena_init(heap);
}
