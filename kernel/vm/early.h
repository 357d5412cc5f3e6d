// SPDX-License-Identifier: BSD-2-Clause
// The allocator of phase 1: one reserved arena, filled from the front. Memory freed at its end is
// used again; a hole waits until everything after it is free.
#ifndef KERNEL_VM_EARLY_H
#define KERNEL_VM_EARLY_H

#include <btl/types.h>

void early_init(void *arena, size_t size);
void *early_alloc(size_t size); // zeroed, aligned to 16; NULL when the arena is full
void early_free(void *memory);  // panics if the memory is not an allocation of the arena
bool early_owns(const void *memory);

#endif
