// SPDX-License-Identifier: BSD-2-Clause
// Chunks of mapped memory, in a list.
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#define CHUNK_FIRST (256u << 10)
#define CHUNK_MAX   (64u << 20)

struct memory_chunk {
    struct memory_chunk *next;
    size_t size; // with this header
};

// Chunks grow with the arena, so that their number stays small.
static bool map_chunk(struct btl_arena *arena, size_t bytes)
{
    struct memory *memory = arena->owner;
    uint64_t needed, size = CHUNK_FIRST;
    if (!btl_add(bytes, sizeof(struct memory_chunk), &needed))
        return false;
    while (size < arena->taken && size < CHUNK_MAX)
        size *= 2;
    if (size < needed && !btl_round_up(needed, BTL_PAGE_SIZE, &size))
        return false;
    void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED)
        return false;
    struct memory_chunk *chunk = mapped;
    *chunk = (struct memory_chunk){memory->chunks, size};
    memory->chunks = chunk;
    arena->at = (uint8_t *)(chunk + 1);
    arena->end = (uint8_t *)mapped + size;
    return true;
}

void memory_begin(struct memory *memory)
{
    *memory = (struct memory){.arena = {.grow = map_chunk, .owner = memory}};
    memcpy(&memory->arena.seed, (const void *)getauxval(AT_RANDOM), sizeof(memory->arena.seed));
}

void memory_end(struct memory *memory)
{
    while (memory->chunks != NULL) {
        struct memory_chunk *chunk = memory->chunks;
        memory->chunks = chunk->next;
        munmap(chunk, chunk->size);
    }
    memory->arena = (struct btl_arena){0};
}

void memory_require(bool good)
{
    if (good)
        return;
    fputs("btl: error: out of memory [no-memory]\n", stderr);
    exit(2);
}

void *memory_alloc(struct btl_arena *arena, size_t count, size_t size, size_t align)
{
    void *allocated = btl_alloc_array(arena, count, size, align);
    memory_require(allocated != NULL);
    return allocated;
}

struct btl_str memory_text(struct btl_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t len = btl_vformat_to(NULL, 0, format, args);
    char *text = MEMORY_ARRAY(arena, char, len + 1);
    btl_vformat_to(text, len + 1, format, again);
    va_end(again);
    va_end(args);
    return (struct btl_str){text, len};
}

struct btl_str memory_count(struct btl_arena *arena, uint64_t count, const char *noun)
{
    return memory_text(arena, "%lu %s%s", (unsigned long)count, noun, count == 1 ? "" : "s");
}

static void append_to_buffer(struct btl_out *out, const char *text, size_t len)
{
    struct memory_buffer *buffer = out->owner;
    if (len > buffer->capacity - buffer->len)
        MEMORY_RESERVE(buffer->arena, buffer->text, buffer->len, len, buffer->capacity);
    memcpy(buffer->text + buffer->len, text, len);
    buffer->len += len;
}

void memory_buffer_begin(struct memory_buffer *buffer, struct btl_arena *arena, size_t capacity)
{
    *buffer = (struct memory_buffer){.out = {.put = append_to_buffer, .owner = buffer},
                                     .arena = arena,
                                     .text = MEMORY_ARRAY(arena, char, capacity),
                                     .capacity = capacity};
}

struct btl_str memory_buffer_text(const struct memory_buffer *buffer)
{
    return (struct btl_str){buffer->text, buffer->len};
}
