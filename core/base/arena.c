// SPDX-License-Identifier: BSD-2-Clause
// Memory from the caller's chunks.
#include <btl/arena.h>

#include <btl/mem.h>

// From the current chunk, or NULL when it does not fit there.
static void *take(struct btl_arena *arena, size_t size, size_t align)
{
    size_t padding = -(uintptr_t)arena->at & (align - 1);
    size_t left = (uintptr_t)arena->end - (uintptr_t)arena->at;
    if (padding > left || size > left - padding)
        return NULL;
    uint8_t *taken = arena->at + padding;
    arena->at = taken + size;
    arena->taken += padding + size;
    return taken;
}

void *btl_alloc(struct btl_arena *arena, size_t size, size_t align)
{
    // At least one byte: the pointer is not NULL, and differs from every other.
    if (size == 0)
        size = 1;
    void *taken = take(arena, size, align);
    if (taken == NULL) {
        uint64_t worst; // a chunk may begin at any address
        if (arena->grow == NULL || !btl_add(size, align - 1, &worst))
            return NULL;
        if (!arena->grow(arena, worst))
            return NULL;
        taken = take(arena, size, align);
        if (taken == NULL)
            return NULL;
    }
    return memset(taken, 0, size);
}

void *btl_alloc_array(struct btl_arena *arena, size_t count, size_t size, size_t align)
{
    uint64_t bytes;
    if (!btl_mul(count, size, &bytes))
        return NULL;
    return btl_alloc(arena, bytes, align);
}

struct btl_str btl_str_copy(struct btl_arena *arena, struct btl_str text)
{
    char *at = btl_alloc(arena, text.len, 1);
    if (at == NULL)
        return (struct btl_str){NULL, 0};
    if (text.len > 0)
        memcpy(at, text.at, text.len);
    return (struct btl_str){at, text.len};
}
