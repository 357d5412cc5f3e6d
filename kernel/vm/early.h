// SPDX-License-Identifier: BSD-2-Clause
// The allocator of phase 1: one reserved arena, filled from the front. What is freed at its end can
// be used again; holes wait until all behind them is free.
#ifndef KERNEL_VM_EARLY_H
#define KERNEL_VM_EARLY_H

#include <btl/types.h>

void early_init(void *arena, size_t size);
void *early_alloc(size_t size); // zeroed, aligned to 16; NULL when the arena is full
void early_free(void *memory);  // panics on what it did not hand out
bool early_owns(const void *memory);

#endif
