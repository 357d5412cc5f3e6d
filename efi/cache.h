// SPDX-License-Identifier: BSD-2-Clause
// Coherence of instruction caches. Each architecture has its cache.c.
#ifndef BTL_EFI_CACHE_H
#define BTL_EFI_CACHE_H

#include <btl/types.h>

// Make stores to [start, start + size) visible to instruction fetches.
void cache_sync_code(uint64_t start, uint64_t size);

#endif
