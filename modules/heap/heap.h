// SPDX-License-Identifier: BSD-2-Clause
// What modules that use core/ give it: an arena on kmem that may not grow without bound, and its
// diagnostics on the console. Linked into each such module.
#ifndef BTL_MODULES_HEAP_H
#define BTL_MODULES_HEAP_H

#include <btl/diag.h>

struct heap_chunk;

struct heap {
    struct btl_arena arena;
    struct heap_chunk *chunks;
    size_t taken, max; // bytes
};

// May take `max` bytes. Must not move while in use.
void heap_init(struct heap *heap, size_t max);
void heap_free(struct heap *heap);
// Prints them, each after "NAME: ".
void heap_print(const char *name, const struct btl_diags *diags);

#endif
