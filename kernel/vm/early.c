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
    uint32_t pad;
};
_Static_assert(sizeof(struct early_header) == 16, "keeps blocks aligned");

static uint8_t *arena;
static size_t arena_size, used;
static uint32_t last; // size of the last block

void early_init(void *memory, size_t size)
{
    arena = memory;
    arena_size = size < UINT32_MAX ? size : UINT32_MAX;
    used = 0;
    last = 0;
}

void *early_alloc(size_t size)
{
    size_t need = sizeof(struct early_header) + ((size + 15) & ~(size_t)15);
    struct early_header *header;

    if (size > arena_size || need > arena_size - used)
        return NULL;
    header = (struct early_header *)(void *)(arena + used);
    *header = (struct early_header){(uint32_t)need, last, EARLY_LIVE, 0};
    last = (uint32_t)need;
    used += need;
    return memset(header + 1, 0, need - sizeof(*header));
}

bool early_owns(const void *memory)
{
    const uint8_t *at = memory;

    return arena != NULL && at >= arena && at < arena + arena_size;
}

void early_free(void *memory)
{
    struct early_header *header = (struct early_header *)memory - 1;

    if ((uintptr_t)memory % 16 != 0 || (uint8_t *)memory > arena + used ||
        header->state != EARLY_LIVE)
        kpanic("kmem_free: %p is not an allocation of the early arena", memory);
    header->state = EARLY_FREE;
    while (used > 0) {
        header = (struct early_header *)(void *)(arena + used - last);
        if (header->state != EARLY_FREE)
            return;
        used -= header->size;
        last = header->previous;
    }
}
