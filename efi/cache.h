// SPDX-License-Identifier: BSD-2-Clause
// Code that was written as data. One cache_ARCH.c for each architecture.
#ifndef BTL_EFI_CACHE_H
#define BTL_EFI_CACHE_H

#include <btl/types.h>

// Instruction fetches see what was stored to [start, start + size).
void cache_sync_code(uint64_t start, uint64_t size);

#endif
