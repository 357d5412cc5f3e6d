// SPDX-License-Identifier: BSD-2-Clause
// x86-64 keeps its instruction caches coherent (Intel SDM volume 3, 12.6).
#include "cache.h"

void cache_sync_code(uint64_t start, uint64_t size)
{
}
