// SPDX-License-Identifier: BSD-2-Clause
// The only memory core/ takes: an arena that the caller owns. Allocation moves a pointer; nothing
// is freed singly. The owner frees its chunks when the results are no longer needed.
#ifndef BTL_ARENA_H
#define BTL_ARENA_H

#include <btl/types.h>

struct btl_arena {
    uint8_t *at;  // next free byte of the current chunk
    uint8_t *end; // its end
    size_t taken; // bytes handed out so far over all chunks, padding included

    // Puts a fresh chunk of at least `bytes` bytes into `at` and `end`; false when there is no more.
    // May be NULL: then the first chunk is all there is.
    bool (*grow)(struct btl_arena *arena, size_t bytes);
    void *owner; // for `grow`
};

// Zeroed memory, or NULL. `align` is a power of two.
void *btl_alloc(struct btl_arena *arena, size_t size, size_t align);
// Zeroed array; NULL also when count * size overflows. A count of 0 gives a valid non-NULL pointer.
void *btl_alloc_array(struct btl_arena *arena, size_t count, size_t size, size_t align);
// A copy of `text`; at is NULL when there is no memory.
struct btl_str btl_str_copy(struct btl_arena *arena, struct btl_str text);

#define BTL_NEW(arena, type) ((type *)btl_alloc((arena), sizeof(type), _Alignof(type)))
#define BTL_NEW_ARRAY(arena, type, count)                                                          \
    ((type *)btl_alloc_array((arena), (count), sizeof(type), _Alignof(type)))

#endif
