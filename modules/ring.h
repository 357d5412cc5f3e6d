// SPDX-License-Identifier: BSD-2-Clause
// Interface ring:1.0: a byte ring that keeps the newest bytes and drops the oldest.
#ifndef BTL_MODULES_RING_H
#define BTL_MODULES_RING_H

#include <btl/types.h>

struct ring;

// Allocate a ring of `size` bytes. NULL: `size` is not a power of two, or no memory.
struct ring *ring_new(size_t size);
void ring_free(struct ring *ring);
void ring_put(struct ring *ring, const char *bytes, size_t count);
// Positions count all bytes ever put: the ring holds [ring_start, ring_end).
uint64_t ring_start(const struct ring *ring);
uint64_t ring_end(const struct ring *ring);
// Copy up to `size` bytes from `position` on and return their number. Dropped bytes are skipped.
size_t ring_read(const struct ring *ring, uint64_t position, char *buffer, size_t size);

#endif
