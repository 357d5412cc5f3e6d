// SPDX-License-Identifier: BSD-2-Clause
#include "vm/early.h"

#include <btl/kernel.h>

#define EARLY_LIVE 0x6c697665u
#define EARLY_FREE 0x66726565u

// The header before every block.
struct early_header {
    uint32_t size;     // of the block, header included; a multiple of 16
    uint32_t previous; // size of the block before it, 0 for the first
    uint32_t state;    // EARLY_LIVE or EARLY_FREE
    uint32_t caller;   // low half of an address; kernel and modules lie in less than 4 GiB
};
_Static_assert(sizeof(struct early_header) == 16, "keeps blocks aligned");

static uint8_t *arena;
static size_t arena_size, used, in_use, most;
static uint32_t last; // size of the last block

void early_init(void *memory, size_t size)
{
    arena = memory;
    arena_size = size < UINT32_MAX ? size : UINT32_MAX;
    used = 0;
    in_use = 0;
    most = 0;
    last = 0;
}

void *early_alloc(size_t size, const void *caller)
{
    size_t need = sizeof(struct early_header) + ((size + 15) & ~(size_t)15);
    struct early_header *header;

    if (size > arena_size || need > arena_size - used)
        return NULL;
    header = (struct early_header *)(void *)(arena + used);
    *header = (struct early_header){(uint32_t)need, last, EARLY_LIVE, (uint32_t)(uintptr_t)caller};
    last = (uint32_t)need;
    used += need;
    in_use += need;
    if (used > most)
        most = used;
    return memset(header + 1, 0, need - sizeof(*header));
}

bool early_owns(const void *memory)
{
    const uint8_t *at = memory;

    return arena != NULL && at >= arena && at < arena + arena_size;
}

static void early_set_free(struct early_header *header)
{
    header->state = EARLY_FREE;
    in_use -= header->size;
}

// Take back the free blocks at the end.
static void early_shrink(void)
{
    while (used > 0) {
        const struct early_header *header = (const void *)(arena + used - last);
        if (header->state != EARLY_FREE)
            return;
        used -= header->size;
        last = header->previous;
    }
}

void early_free(void *memory)
{
    struct early_header *header = (struct early_header *)memory - 1;

    if ((uintptr_t)memory % 16 != 0 || (uint8_t *)memory > arena + used ||
        header->state != EARLY_LIVE)
        kpanic("kmem_free: %p is not an allocation of the early arena", memory);
    early_set_free(header);
    early_shrink();
}

static size_t early_visit(uint64_t start, uint64_t size, void (*visit)(struct early_header *header))
{
    size_t bytes = 0;

    for (size_t at = 0; at < used;) {
        struct early_header *header = (struct early_header *)(void *)(arena + at);
        at += header->size;
        if (header->state != EARLY_LIVE || header->caller - (uint32_t)start >= size)
            continue;
        bytes += header->size;
        if (visit != NULL)
            visit(header);
    }
    return bytes;
}

size_t early_bytes_of(uint64_t start, uint64_t size)
{
    return early_visit(start, size, NULL);
}

size_t early_release(uint64_t start, uint64_t size)
{
    size_t bytes = early_visit(start, size, early_set_free);

    early_shrink();
    return bytes;
}

struct early_stats early_stats(void)
{
    return (struct early_stats){arena_size, in_use, most};
}
