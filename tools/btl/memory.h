// SPDX-License-Identifier: BSD-2-Clause
// The arena of a host program: it grows by mapping memory and is given back all at once.
#ifndef BTL_HOST_MEMORY_H
#define BTL_HOST_MEMORY_H

#include <btl/arena.h>

struct memory_chunk;

// Each thread has its own. Must not be moved while it is in use: the arena points back at it.
struct memory {
    struct btl_arena arena;
    struct memory_chunk *chunks;
};

void memory_begin(struct memory *memory);
void memory_end(struct memory *memory);

// Text made with a format of btl/format.h; NUL-terminated, the NUL is not counted. A machine
// without memory ends the program: a host program cannot do anything sensible then.
struct btl_str memory_text(struct btl_arena *arena, const char *format, ...) BTL_PRINTF(2, 3);
// BTL_NEW and BTL_NEW_ARRAY that end the program in place of returning NULL.
void *memory_take(struct btl_arena *arena, size_t count, size_t size, size_t align);
#define MEMORY_NEW(arena, type) ((type *)memory_take((arena), 1, sizeof(type), _Alignof(type)))
#define MEMORY_ARRAY(arena, type, count)                                                           \
    ((type *)memory_take((arena), (count), sizeof(type), _Alignof(type)))

#endif
