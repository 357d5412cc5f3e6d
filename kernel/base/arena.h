// SPDX-License-Identifier: BSD-2-Clause
// An arena for core/ on the kernel's heap. It grows in chunks and is freed as a whole.
#ifndef KERNEL_ARENA_H
#define KERNEL_ARENA_H

#include <btl/arena.h>

// Words of memory for the first diagnostics of a request, so that they are not lost without heap.
#define ARENA_REPORT_WORDS 128

struct arena_chunk;

struct heap_arena {
    struct btl_arena arena; // the argument of core's functions
    struct arena_chunk *chunks;
};

// Allocates nothing itself. The structure must not move while in use.
void heap_arena_init(struct heap_arena *heap);
// The same, with `size` bytes of the caller's to begin with: what is allocated first needs no heap.
void heap_arena_init_on(struct heap_arena *heap, void *memory, size_t size);
void heap_arena_free(struct heap_arena *heap);

#endif
