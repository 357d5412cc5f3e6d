// SPDX-License-Identifier: BSD-2-Clause
// Lists of allocated pages.
#include "pages.h"

#include <btl/mem.h>

#define BYTES_MAX       (1ull << 46) // maximum of one allocation
#define LIST_FIRST      256          // entries; doubled when full
#define SHARED_FIRST    256          // pages; each block has twice as many as the one before,
#define SHARED_MAX      4096         // up to this maximum
#define SHARED_PART_MAX 64           // pages; larger ranges are allocated separately
#define CHUNK_FIRST     (256ull << 10)
#define CHUNK_MAX       (64ull << 20)

static uint64_t pages_needed(uint64_t bytes)
{
    return bytes == 0 ? 1 : (bytes + BTL_PAGE_SIZE - 1) / BTL_PAGE_SIZE;
}

static bool pages_grow_list(struct pages *pages)
{
    uint64_t capacity = pages->capacity == 0 ? LIST_FIRST : 2 * pages->capacity;
    uint64_t size = sizeof(*pages->ranges), address;
    if (pages->fw->allocate(pages->fw, FW_LOADER_DATA, pages_needed(capacity * size), &address) !=
        FW_SUCCESS)
        return false;
    struct btl_own_range *list = (struct btl_own_range *)(uintptr_t)address;
    if (pages->capacity != 0) {
        memcpy(list, pages->ranges, pages->count * size);
        pages->fw->release(pages->fw, (uintptr_t)pages->ranges,
                           pages_needed(pages->capacity * size));
    }
    pages->ranges = list;
    pages->capacity = capacity;
    return true;
}

// Header in the first page of a block of loader data. The other pages are handed out in order.
struct shared {
    struct shared *older;
    uint64_t pages;
};

static bool pages_share_block(struct pages *pages)
{
    uint64_t address, size = pages->shared == NULL ? SHARED_FIRST : 2 * pages->shared->pages;
    if (size > SHARED_MAX)
        size = SHARED_MAX;
    if (pages->fw->allocate(pages->fw, FW_LOADER_DATA, size, &address) != FW_SUCCESS)
        return false;
    struct shared *block = (struct shared *)(uintptr_t)address;
    *block = (struct shared){.older = pages->shared, .pages = size};
    pages->shared = block;
    pages->shared_next = address + BTL_PAGE_SIZE;
    pages->shared_left = size - 1;
    return true;
}

static bool pages_are_shared(const struct pages *pages, uint64_t address)
{
    for (const struct shared *block = pages->shared; block != NULL; block = block->older) {
        if (address - (uintptr_t)block < block->pages * BTL_PAGE_SIZE)
            return true;
    }
    return false;
}

// Allocate pages from a shared block; otherwise directly from the firmware.
static bool pages_allocate_run(struct pages *pages, enum fw_memory_type type, uint64_t count,
                               uint64_t *ret_address)
{
    if (type == FW_LOADER_DATA && count <= SHARED_PART_MAX &&
        (count <= pages->shared_left || pages_share_block(pages))) {
        *ret_address = pages->shared_next;
        pages->shared_next += count * BTL_PAGE_SIZE;
        pages->shared_left -= count;
        return true;
    }
    return pages->fw->allocate(pages->fw, type, count, ret_address) == FW_SUCCESS;
}

static bool pages_allocate_listed(struct pages *pages, uint64_t bytes,
                                  enum btlm_memory_type purpose, enum fw_memory_type type,
                                  uint64_t *ret_address)
{
    uint64_t address;
    // Grow the list first: every allocated range must be listed.
    if (bytes > BYTES_MAX || (pages->count == pages->capacity && !pages_grow_list(pages)))
        return false;
    if (!pages_allocate_run(pages, type, pages_needed(bytes), &address))
        return false;
    pages->ranges[pages->count++] =
        (struct btl_own_range){address, pages_needed(bytes) * BTL_PAGE_SIZE, purpose};
    *ret_address = address;
    return true;
}

// The block is not the newest, from which small ranges are shared.
bool pages_begin_block(struct pages *pages, uint64_t bytes)
{
    uint64_t address, count = pages_needed(bytes) + 1;
    if (bytes > BYTES_MAX ||
        pages->fw->allocate(pages->fw, FW_LOADER_DATA, count, &address) != FW_SUCCESS)
        return false;
    struct shared **place = pages->shared == NULL ? &pages->shared : &pages->shared->older;
    struct shared *block = (struct shared *)(uintptr_t)address;
    *block = (struct shared){.older = *place, .pages = count};
    *place = block;
    pages->block_next = address + BTL_PAGE_SIZE;
    pages->block_left = count - 1;
    return true;
}

bool pages_allocate_part(struct pages *pages, uint64_t bytes, uint64_t room, uint64_t *ret_address)
{
    uint64_t count = pages_needed(room);
    if (count > pages->block_left || (pages->count == pages->capacity && !pages_grow_list(pages)))
        return false;
    *ret_address = pages->block_next;
    pages->ranges[pages->count++] =
        (struct btl_own_range){*ret_address, pages_needed(bytes) * BTL_PAGE_SIZE, BTLM_MEM_LOADER};
    pages->block_next += count * BTL_PAGE_SIZE;
    pages->block_left -= count;
    return true;
}

static enum fw_memory_type pages_memory_type(enum btlm_memory_type purpose)
{
    bool ours = purpose == BTLM_MEM_LOADER || purpose == BTLM_MEM_STAGED;
    return ours ? FW_LOADER_DATA : FW_RESERVED;
}

bool pages_allocate(struct pages *pages, uint64_t bytes, enum btlm_memory_type purpose,
                    uint64_t *ret_address)
{
    return pages_allocate_listed(pages, bytes, purpose, pages_memory_type(purpose), ret_address);
}

static void pages_clear(uint64_t address, uint64_t bytes)
{
    memset((void *)(uintptr_t)address, 0, pages_needed(bytes) * BTL_PAGE_SIZE);
}

bool pages_allocate_clear(struct pages *pages, uint64_t bytes, enum btlm_memory_type purpose,
                          uint64_t *ret_address)
{
    if (!pages_allocate(pages, bytes, purpose, ret_address))
        return false;
    pages_clear(*ret_address, bytes);
    return true;
}

// AllocatePages aligns to 4 KiB only: allocate size + alignment, free it, then allocate the aligned
// part by address.
static bool pages_allocate_aligned(struct pages *pages, uint64_t bytes, uint64_t address,
                                   uint64_t align, enum btlm_memory_type purpose,
                                   enum fw_memory_type type, uint64_t *ret_physical)
{
    uint64_t all, physical, count = pages_needed(bytes);
    if (align == BTL_PAGE_SIZE)
        return pages_allocate_listed(pages, bytes, purpose, type, ret_physical);
    if (bytes > BYTES_MAX || (pages->count == pages->capacity && !pages_grow_list(pages)))
        return false;
    all = count + align / BTL_PAGE_SIZE - 1;
    if (pages->fw->allocate(pages->fw, type, all, &physical) != FW_SUCCESS ||
        pages->fw->release(pages->fw, physical, all) != FW_SUCCESS)
        return false;
    physical += (address - physical) & (align - 1);
    if (pages->fw->allocate_at(pages->fw, type, count, physical) != FW_SUCCESS)
        return false;
    pages->ranges[pages->count++] =
        (struct btl_own_range){physical, count * BTL_PAGE_SIZE, purpose};
    *ret_physical = physical;
    return true;
}

bool pages_allocate_congruent(struct pages *pages, uint64_t bytes, uint64_t address, uint64_t align,
                              enum btlm_memory_type purpose, uint64_t *ret_physical)
{
    if (!pages_allocate_aligned(pages, bytes, address, align, purpose, pages_memory_type(purpose),
                                ret_physical))
        return false;
    if (purpose != BTLM_MEM_MODULES)
        pages_clear(*ret_physical, bytes);
    return true;
}

bool pages_allocate_code(struct pages *pages, uint64_t bytes, uint64_t align, uint64_t *ret_address)
{
    return pages_allocate_aligned(pages, bytes, 0, align, BTLM_MEM_LOADER, FW_LOADER_CODE,
                                  ret_address);
}

bool pages_allocate_at(struct pages *pages, uint64_t bytes, uint64_t address)
{
    uint64_t count = pages_needed(bytes);
    if ((pages->count == pages->capacity && !pages_grow_list(pages)) ||
        pages->fw->allocate_at(pages->fw, FW_LOADER_DATA, count, address) != FW_SUCCESS)
        return false;
    pages->ranges[pages->count++] =
        (struct btl_own_range){address, count * BTL_PAGE_SIZE, BTLM_MEM_LOADER};
    return true;
}

static void pages_release(struct pages *pages, const struct btl_own_range *range)
{
    if (!pages_are_shared(pages, range->start))
        pages->fw->release(pages->fw, range->start, pages_needed(range->size));
}

void pages_free_last(struct pages *pages)
{
    struct btl_own_range *last = &pages->ranges[--pages->count];
    pages_release(pages, last);
    if (last->start + last->size == pages->shared_next) {
        pages->shared_next = last->start;
        pages->shared_left += pages_needed(last->size);
    }
}

void pages_free_block(struct pages *pages)
{
    struct shared **place = pages->shared->older == NULL ? &pages->shared : &pages->shared->older;
    struct shared *block = *place;
    uint64_t start = (uintptr_t)block, size = block->pages * BTL_PAGE_SIZE;
    while (pages->count > 0 && pages->ranges[pages->count - 1].start - start < size)
        pages->count--;
    *place = block->older;
    pages->block_left = 0;
    pages->fw->release(pages->fw, start, block->pages);
}

void pages_free_all(struct pages *pages)
{
    while (pages->count > 0)
        pages_release(pages, &pages->ranges[--pages->count]);
    while (pages->shared != NULL) {
        struct shared *block = pages->shared;
        pages->shared = block->older;
        pages->fw->release(pages->fw, (uintptr_t)block, block->pages);
    }
    if (pages->capacity != 0)
        pages->fw->release(pages->fw, (uintptr_t)pages->ranges,
                           pages_needed(pages->capacity * sizeof(*pages->ranges)));
    *pages = (struct pages){.fw = pages->fw, .parent = pages->parent};
}

uint64_t pages_count(const struct pages *pages)
{
    uint64_t count = 0;
    for (; pages != NULL; pages = pages->parent)
        count += pages->count;
    return count;
}

void pages_copy(const struct pages *pages, struct btl_own_range *to)
{
    for (; pages != NULL; pages = pages->parent) {
        if (pages->count > 0)
            memcpy(to, pages->ranges, pages->count * sizeof(*to));
        to += pages->count;
    }
}

// Add a chunk to an arena. Chunks grow with the arena, so their number stays small. If a large
// chunk cannot be allocated, allocate only the size needed.
static bool pages_grow_arena(struct btl_arena *arena, size_t bytes)
{
    struct pages *pages = arena->owner;
    uint64_t size = CHUNK_FIRST, address;
    while (size < arena->taken && size < CHUNK_MAX)
        size *= 2;
    if (size < bytes)
        size = bytes;
    if (!pages_allocate(pages, size, BTLM_MEM_LOADER, &address)) {
        size = bytes;
        if (!pages_allocate(pages, size, BTLM_MEM_LOADER, &address))
            return false;
    }
    arena->at = (uint8_t *)(uintptr_t)address;
    arena->end = arena->at + size;
    return true;
}

void pages_arena(struct pages *pages, struct btl_arena *ret_arena)
{
    *ret_arena = (struct btl_arena){.grow = pages_grow_arena, .owner = pages};
}
