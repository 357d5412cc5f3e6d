// SPDX-License-Identifier: BSD-2-Clause
// Memory for core/: an arena that the caller owns. An allocation moves a pointer, and single
// allocations are never freed. The owner frees the chunks when the results are no longer needed.
#ifndef BTL_ARENA_H
#define BTL_ARENA_H

#include <btl/types.h>

BTL_BEGIN_DECLS

struct btl_arena {
    uint8_t *at;  // next free byte of the current chunk
    uint8_t *end; // of the current chunk
    size_t taken; // bytes allocated so far in all chunks, with padding

    // Set `at` and `end` to a new chunk of at least `bytes` bytes. False: no memory. NULL: the
    // arena has only its first chunk.
    bool (*grow)(struct btl_arena *arena, size_t bytes);
    void *owner; // for `grow`

    // Seed of the hash tables in the arena (index.h). A program that reads untrusted files sets a
    // random seed when it begins the arena, so that names in a file cannot choose their slots.
    uint64_t seed;
};

// Allocate zeroed memory; NULL: no memory. `align` is a power of two.
void *btl_alloc(struct btl_arena *arena, size_t size, size_t align);
// Allocate a zeroed array; NULL: no memory, or count * size overflows. A count of 0 gives a valid
// pointer.
void *btl_alloc_array(struct btl_arena *arena, size_t count, size_t size, size_t align);
// Reserve memory for `more` elements after the first `count` of an array. An array that grows is at
// least doubled. `array` is the address of the caller's pointer. False: no memory, and nothing has
// changed.
bool btl_array_reserve(struct btl_arena *arena, void *array, size_t size, size_t align,
                       size_t count, size_t more, size_t *capacity);

// Return a copy of `text`, or several texts joined; `at` is NULL if there is no memory.
struct btl_str btl_str_copy(struct btl_arena *arena, struct btl_str text);
struct btl_str btl_str_join(struct btl_arena *arena, const struct btl_str *parts, size_t count);
// Return "DIRECTORY/NAME.ko", the file of a module. Slashes at the end of the directory are
// ignored.
struct btl_str btl_module_path(struct btl_arena *arena, struct btl_str directory,
                               struct btl_str name);

#define BTL_NEW(arena, type) ((type *)btl_alloc((arena), sizeof(type), __alignof__(type)))
#define BTL_NEW_ARRAY(arena, type, count)                                                          \
    ((type *)btl_alloc_array((arena), (count), sizeof(type), __alignof__(type)))
// btl_array_reserve() for a pointer and a capacity (size_t or uint64_t) that are variables.
#define BTL_RESERVE(arena, array, count, more, capacity)                                           \
    ((more) <= (capacity) - (count) ||                                                             \
     btl_array_reserve((arena), &(array), sizeof(*(array)), __alignof__(__typeof__(*(array))),     \
                       (count), (more), &(capacity)))

BTL_END_DECLS

#endif
