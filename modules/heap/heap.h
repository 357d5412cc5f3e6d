// SPDX-License-Identifier: BSD-2-Clause
// For modules that use core/, linked into each: an arena on kmem with a maximum, and diagnostics
// printed on the console.
#ifndef BTL_MODULES_HEAP_H
#define BTL_MODULES_HEAP_H

#include <btl/diag.h>

struct heap_chunk;

struct heap {
    struct btl_arena arena;
    struct heap_chunk *chunks;
    size_t taken, max; // bytes
};

// Start a heap of at most `max` bytes. The heap must not move while in use.
void heap_init(struct heap *heap, size_t max);
void heap_free(struct heap *heap);
// Print the diagnostics, each after "NAME: ".
void heap_print(const char *name, const struct btl_diags *diags);

#endif
