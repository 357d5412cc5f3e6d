// SPDX-License-Identifier: BSD-2-Clause
// The allocator of phase 1: one reserved arena, filled from the front. Memory freed at its end is
// used again; a hole waits until everything after it is free. Each block knows the code that
// allocated it.
#ifndef KERNEL_VM_EARLY_H
#define KERNEL_VM_EARLY_H

#include <btl/types.h>

struct early_stats {
    size_t size;   // of the arena
    size_t in_use; // bytes of the blocks that are not free, with their headers
    size_t most;   // bytes of the arena that were ever in use
};

void early_init(void *arena, size_t size);
// Zeroed, aligned to 16; NULL when the arena is full. `caller`: an address in the code that gets
// it.
void *early_alloc(size_t size, const void *caller);
void early_free(void *memory); // panics if the memory is not an allocation of the arena
bool early_owns(const void *memory);
// Count the bytes of all blocks that code in [start, start + size) has allocated.
size_t early_bytes_of(uint64_t start, uint64_t size);
// Free these blocks, and return their bytes.
size_t early_release(uint64_t start, uint64_t size);
struct early_stats early_stats(void);

#endif
