// SPDX-License-Identifier: BSD-2-Clause
// Memory from the caller's chunks, arrays that grow in it, texts that are made in it.
#include <btl/arena.h>

#include <btl/mem.h>

// From the current chunk, or NULL when it does not fit there.
static void *alloc_in_chunk(struct btl_arena *arena, size_t size, size_t align)
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
    BTL_ASSERT(btl_is_power_of_two(align));
    // At least one byte: the pointer is not NULL, and differs from every other.
    if (size == 0)
        size = 1;
    void *taken = alloc_in_chunk(arena, size, align);
    if (taken == NULL) {
        uint64_t worst; // a chunk may begin at any address
        if (arena->grow == NULL || !btl_add(size, align - 1, &worst))
            return NULL;
        if (!arena->grow(arena, worst))
            return NULL;
        taken = alloc_in_chunk(arena, size, align);
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

#define CAPACITY_MIN 8u

bool btl_array_reserve(struct btl_arena *arena, void *array, size_t size, size_t align,
                       size_t count, size_t more, size_t *capacity)
{
    uint64_t needed, larger;
    BTL_ASSERT(count <= *capacity);
    if (more <= *capacity - count)
        return true;
    if (!btl_add(count, more, &needed) || !btl_mul(*capacity, 2, &larger))
        return false;
    if (larger < needed)
        larger = needed;
    if (larger < CAPACITY_MIN)
        larger = CAPACITY_MIN;
    void *old, *copy = btl_alloc_array(arena, larger, size, align);
    if (copy == NULL)
        return false;
    memcpy(&old, array, sizeof(old));
    if (count > 0)
        memcpy(copy, old, count * size);
    memcpy(array, &copy, sizeof(copy));
    *capacity = larger;
    return true;
}

// Copy a text, which may have no bytes and no address; returns where the copy ends.
static char *append_text(char *to, struct btl_str text)
{
    if (text.len > 0)
        memcpy(to, text.at, text.len);
    return to + text.len;
}

struct btl_str btl_str_join(struct btl_arena *arena, const struct btl_str *parts, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    char *text = btl_alloc(arena, len, 1), *end = text;
    if (text == NULL)
        return (struct btl_str){NULL, 0};
    for (size_t i = 0; i < count; i++)
        end = append_text(end, parts[i]);
    return (struct btl_str){text, len};
}

struct btl_str btl_str_copy(struct btl_arena *arena, struct btl_str text)
{
    char *copy = btl_alloc(arena, text.len, 1);
    if (copy == NULL)
        return (struct btl_str){NULL, 0};
    append_text(copy, text);
    return (struct btl_str){copy, text.len};
}

struct btl_str btl_module_path(struct btl_arena *arena, struct btl_str directory,
                               struct btl_str name)
{
    directory = btl_directory_prefix(directory);
    size_t len = directory.len + 1 + name.len + BTL_STR(".ko").len;
    char *path = btl_alloc(arena, len, 1);
    if (path == NULL)
        return (struct btl_str){NULL, 0};
    char *end = append_text(append_text(path, directory), BTL_STR("/"));
    append_text(append_text(end, name), BTL_STR(".ko"));
    return (struct btl_str){path, len};
}
