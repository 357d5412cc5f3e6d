// SPDX-License-Identifier: BSD-2-Clause
// Addresses in the kernel and module window, given out in pieces of WINDOW_UNIT bytes. The unit
// leaves every image a guard of unmapped pages more often than not, and keeps the table small.
#ifndef KERNEL_VM_WINDOW_H
#define KERNEL_VM_WINDOW_H

#include <btl/types.h>

#define WINDOW_UNIT (64u << 10)
#define WINDOW_MAX  (2ull << 30) // that the kernel manages, where the window is longer

// Manages [start, end). False: no memory for the table.
bool window_init(uint64_t start, uint64_t end);
// `size` bytes of addresses, aligned to `align` (a power of two) and to WINDOW_UNIT.
// A page behind them is always left unmapped.
bool window_alloc(uint64_t size, uint64_t align, uint64_t *ret_address);
void window_free(uint64_t address, uint64_t size);
uint64_t window_free_bytes(void);

#endif
