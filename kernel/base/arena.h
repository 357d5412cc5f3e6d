// SPDX-License-Identifier: BSD-2-Clause
// An arena for core/ on the kernel's heap. It grows in chunks and is freed as a whole.
#ifndef KERNEL_ARENA_H
#define KERNEL_ARENA_H

#include <btl/arena.h>

struct arena_chunk;

struct heap_arena {
    struct btl_arena arena; // the argument of core's functions
    struct arena_chunk *chunks;
};

// Allocates nothing itself. The structure must not move while in use.
void heap_arena_init(struct heap_arena *heap);
void heap_arena_free(struct heap_arena *heap);

#endif
