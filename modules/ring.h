// SPDX-License-Identifier: BSD-2-Clause
// Interface ring:1.0: a byte ring that keeps the newest bytes and forgets the oldest.
#ifndef BTL_MODULES_RING_H
#define BTL_MODULES_RING_H

#include <btl/types.h>

struct ring;

// A ring of `size` bytes, a power of two; NULL when it is not one or there is no memory.
struct ring *ring_new(size_t size);
void ring_free(struct ring *ring);
void ring_put(struct ring *ring, const char *bytes, size_t count);
// Positions count all bytes ever put: [ring_start, ring_end) are still there.
uint64_t ring_start(const struct ring *ring);
uint64_t ring_end(const struct ring *ring);
// Copies up to `size` bytes from `position` on and returns their number; bytes that are forgotten
// already are skipped.
size_t ring_read(const struct ring *ring, uint64_t position, char *buffer, size_t size);

#endif
