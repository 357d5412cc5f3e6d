// SPDX-License-Identifier: BSD-2-Clause
// Memory for core/: an arena that the caller owns. Allocation moves a pointer; nothing is freed
// singly. The owner frees the chunks when the results are no longer needed.
#ifndef BTL_ARENA_H
#define BTL_ARENA_H

#include <btl/types.h>

struct btl_arena {
    uint8_t *at;  // next free byte of the current chunk
    uint8_t *end; // its end
    size_t taken; // bytes handed out so far over all chunks, padding included

    // Put a fresh chunk of at least `bytes` bytes into `at` and `end`; false: no memory. NULL: the
    // first chunk is the only one.
    bool (*grow)(struct btl_arena *arena, size_t bytes);
    void *owner; // for `grow`

    // Seed of the hash tables in the arena (index.h). A program that reads files it does not trust
    // sets a random one when it begins the arena: the names in a file cannot choose their slots.
    uint64_t seed;
};

// Zeroed memory, or NULL. `align` is a power of two.
void *btl_alloc(struct btl_arena *arena, size_t size, size_t align);
// Zeroed array; NULL also when count * size overflows. A count of 0 gives a valid non-NULL pointer.
void *btl_alloc_array(struct btl_arena *arena, size_t count, size_t size, size_t align);
// Make place for `more` elements after the first `count` of an array, which at least doubles when
// it grows. `array` is the address of the caller's pointer. False, and nothing changed: no memory.
bool btl_array_reserve(struct btl_arena *arena, void *array, size_t size, size_t align,
                       size_t count, size_t more, size_t *capacity);

// A copy of `text`, or several texts as one; at is NULL when there is no memory.
struct btl_str btl_str_copy(struct btl_arena *arena, struct btl_str text);
struct btl_str btl_str_join(struct btl_arena *arena, const struct btl_str *parts, size_t count);
// "DIRECTORY/NAME.ko": the file of a module. Slashes at the end of the directory do not count.
struct btl_str btl_module_path(struct btl_arena *arena, struct btl_str directory,
                               struct btl_str name);

#define BTL_NEW(arena, type) ((type *)btl_alloc((arena), sizeof(type), _Alignof(type)))
#define BTL_NEW_ARRAY(arena, type, count)                                                          \
    ((type *)btl_alloc_array((arena), (count), sizeof(type), _Alignof(type)))
// btl_array_reserve() for a pointer and a capacity (size_t or uint64_t) that are variables.
#define BTL_RESERVE(arena, array, count, more, capacity)                                           \
    ((more) <= (capacity) - (count) ||                                                             \
     btl_array_reserve((arena), &(array), sizeof(*(array)), _Alignof(__typeof__(*(array))),        \
                       (count), (more), &(capacity)))

#endif
