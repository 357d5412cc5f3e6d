// SPDX-License-Identifier: BSD-2-Clause
// The arena of a host program: it grows by mapping memory and is freed as a whole.
#ifndef BTL_HOST_MEMORY_H
#define BTL_HOST_MEMORY_H

#include <btl/arena.h>
#include <btl/format.h>

struct memory_chunk;

// Each thread has its own. Must not be moved while it is in use: the arena points back at it.
struct memory {
    struct btl_arena arena;
    struct memory_chunk *chunks;
};

void memory_begin(struct memory *memory);
void memory_end(struct memory *memory);

// BTL_NEW and BTL_NEW_ARRAY that end the program when there is no memory: a host program cannot do
// anything sensible then. So do the functions below.
void *memory_alloc(struct btl_arena *arena, size_t count, size_t size, size_t align);
#define MEMORY_NEW(arena, type) ((type *)memory_alloc((arena), 1, sizeof(type), _Alignof(type)))
#define MEMORY_ARRAY(arena, type, count)                                                           \
    ((type *)memory_alloc((arena), (count), sizeof(type), _Alignof(type)))

void memory_require(bool good); // false ends the program
// BTL_RESERVE that ends the program when there is no memory.
#define MEMORY_RESERVE(arena, array, count, more, capacity)                                        \
    memory_require(BTL_RESERVE((arena), array, (count), (more), capacity))

// Text made with a format of btl/format.h; NUL-terminated, the NUL is not counted.
struct btl_str memory_text(struct btl_arena *arena, const char *format, ...) BTL_PRINTF(2, 3);

// "1 error", "2 errors".
struct btl_str memory_count(struct btl_arena *arena, uint64_t count, const char *noun);

// Text that grows by what is written to `out`. Must not be moved.
struct memory_buffer {
    struct btl_out out;
    struct btl_arena *arena;
    char *text;
    size_t len, capacity;
};
void memory_buffer_begin(struct memory_buffer *buffer, struct btl_arena *arena, size_t capacity);
struct btl_str memory_buffer_text(const struct memory_buffer *buffer);

#endif
