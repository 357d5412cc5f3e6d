// SPDX-License-Identifier: BSD-2-Clause
// The kernel's log: a ring of what was printed. Static, because the first lines are older than any
// allocator.
#include "print.h"

#define LOG_SIZE (64u << 10)

static char ring[LOG_SIZE];
static uint64_t written; // bytes ever

void log_put(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ring[written++ % LOG_SIZE] = text[i];
}

// What is printed while the log is being shown is logged too, so the end is fixed first, and what
// would be overwritten meanwhile is left out.
void log_show(struct btl_out *out)
{
    uint64_t end = written, at = end > LOG_SIZE / 2 ? end - LOG_SIZE / 2 : 0;

    if (at > 0)
        btl_format(out, "[%lu bytes before this]\n", (unsigned long)at);
    while (at < end) {
        char piece[128];
        size_t len = 0;

        while (at < end && len < sizeof(piece))
            piece[len++] = ring[at++ % LOG_SIZE];
        out->put(out, piece, len);
    }
}
