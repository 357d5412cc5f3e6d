// SPDX-License-Identifier: BSD-2-Clause
// The list of taken pages.
#include "pages.h"

#include <mem.h>

#define BYTES_MAX   (1ull << 46) // nothing larger is asked of the firmware
#define LIST_FIRST  256          // entries; doubled when full
#define CHUNK_FIRST (256ull << 10)
#define CHUNK_MAX   (64ull << 20)

static uint64_t pages_of(uint64_t bytes)
{
    return bytes == 0 ? 1 : (bytes + BTL_PAGE_SIZE - 1) / BTL_PAGE_SIZE;
}

static bool list_grow(struct pages *pages)
{
    uint64_t capacity = pages->capacity == 0 ? LIST_FIRST : 2 * pages->capacity;
    uint64_t size = sizeof(*pages->taken), address;
    if (pages->fw->allocate(pages->fw, FW_LOADER_DATA, pages_of(capacity * size), &address) !=
        FW_SUCCESS)
        return false;
    struct btl_own_range *list = (struct btl_own_range *)(uintptr_t)address;
    if (pages->capacity != 0) {
        memcpy(list, pages->taken, pages->count * size);
        pages->fw->release(pages->fw, (uintptr_t)pages->taken, pages_of(pages->capacity * size));
    }
    pages->taken = list;
    pages->capacity = capacity;
    return true;
}

static bool take(struct pages *pages, uint64_t bytes, enum btlm_memory_type purpose,
                 enum fw_memory_type type, uint64_t *ret_address)
{
    uint64_t address;
    // Room in the list first: what is taken is always listed.
    if (bytes > BYTES_MAX || (pages->count == pages->capacity && !list_grow(pages)))
        return false;
    if (pages->fw->allocate(pages->fw, type, pages_of(bytes), &address) != FW_SUCCESS)
        return false;
    pages->taken[pages->count++] =
        (struct btl_own_range){address, pages_of(bytes) * BTL_PAGE_SIZE, purpose};
    *ret_address = address;
    return true;
}

bool pages_take(struct pages *pages, uint64_t bytes, enum btlm_memory_type purpose,
                uint64_t *ret_address)
{
    bool ours = purpose == BTLM_MEM_LOADER || purpose == BTLM_MEM_STAGED;
    return take(pages, bytes, purpose, ours ? FW_LOADER_DATA : FW_RESERVED, ret_address);
}

static void clear(uint64_t address, uint64_t bytes)
{
    memset((void *)(uintptr_t)address, 0, pages_of(bytes) * BTL_PAGE_SIZE);
}

bool pages_take_clear(struct pages *pages, uint64_t bytes, enum btlm_memory_type purpose,
                      uint64_t *ret_address)
{
    if (!pages_take(pages, bytes, purpose, ret_address))
        return false;
    clear(*ret_address, bytes);
    return true;
}

// The firmware aligns to pages only: as much more is taken as the rest of the way can be.
bool pages_take_like(struct pages *pages, uint64_t bytes, uint64_t address, uint64_t align,
                     enum btlm_memory_type purpose, uint64_t *ret_physical)
{
    uint64_t taken, all;
    if (!btl_add(bytes, align - BTL_PAGE_SIZE, &all) || !pages_take(pages, all, purpose, &taken))
        return false;
    *ret_physical = taken + ((address - taken) & (align - 1));
    clear(taken, all);
    return true;
}

bool pages_take_code(struct pages *pages, uint64_t bytes, uint64_t align, uint64_t *ret_address)
{
    uint64_t taken;
    if (!take(pages, bytes + align - BTL_PAGE_SIZE, BTLM_MEM_LOADER, FW_LOADER_CODE, &taken))
        return false;
    *ret_address = (taken + align - 1) & ~(align - 1);
    return true;
}

void pages_give_back_last(struct pages *pages)
{
    struct btl_own_range *last = &pages->taken[--pages->count];
    pages->fw->release(pages->fw, last->start, pages_of(last->size));
}

void pages_give_back_all(struct pages *pages)
{
    while (pages->count > 0)
        pages_give_back_last(pages);
    if (pages->capacity != 0)
        pages->fw->release(pages->fw, (uintptr_t)pages->taken,
                           pages_of(pages->capacity * sizeof(*pages->taken)));
    *pages = (struct pages){.fw = pages->fw};
}

// Chunks grow with what was taken, so that their number stays small; what a nearly full machine
// cannot give in one piece is asked for in the size that is needed.
static bool grow(struct btl_arena *arena, size_t bytes)
{
    struct pages *pages = arena->owner;
    uint64_t size = CHUNK_FIRST, address;
    while (size < arena->taken && size < CHUNK_MAX)
        size *= 2;
    if (size < bytes)
        size = bytes;
    if (!pages_take(pages, size, BTLM_MEM_LOADER, &address)) {
        size = bytes;
        if (!pages_take(pages, size, BTLM_MEM_LOADER, &address))
            return false;
    }
    arena->at = (uint8_t *)(uintptr_t)address;
    arena->end = arena->at + size;
    return true;
}

void pages_arena(struct pages *pages, struct btl_arena *ret_arena)
{
    *ret_arena = (struct btl_arena){.grow = grow, .owner = pages};
}
