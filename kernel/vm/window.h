// SPDX-License-Identifier: BSD-2-Clause
// An allocator of addresses in the kernel and module window, in pieces of WINDOW_UNIT bytes. The
// unit keeps the table small, and leaves unmapped pages after most images as a guard.
#ifndef KERNEL_VM_WINDOW_H
#define KERNEL_VM_WINDOW_H

#include <btl/types.h>

#define WINDOW_UNIT (64u << 10)
#define WINDOW_MAX  (2ull << 30) // maximum that the kernel manages of a longer window

// Make a range smaller, at random: at either end by at most a quarter and BTL_ASLR_LATER_SPACE. The
// allocator begins at the end, where its blocks are small, and takes blocks at the start later.
void window_shrink(uint64_t *start, uint64_t *end, const uint64_t random[2]);
// Manage [start, end). False: no memory for the table.
bool window_init(uint64_t start, uint64_t end);
// Allocate `size` bytes of addresses, aligned to `align` (a power of two) and to WINDOW_UNIT, with
// at least one unmapped page after them.
bool window_alloc(uint64_t size, uint64_t align, uint64_t *ret_address);
void window_free(uint64_t address, uint64_t size);
uint64_t window_free_bytes(void);

#endif
