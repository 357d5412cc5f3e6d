// SPDX-License-Identifier: BSD-2-Clause
// Frame 0 is never allocated: page_alloc() returns 0 when there is no memory.
#include "vm/page.h"

#include <btl/kernel.h>

static struct pfdat *pfdat;
static uint64_t frame_count;
static struct buddy buddy;
static uint64_t owned[PF_COUNT];

void page_init(struct pfdat *table, uint64_t frames)
{
    memset(table, 0, frames * sizeof(*table));
    memset(owned, 0, sizeof(owned));
    pfdat = table;
    frame_count = frames;
    owned[PF_HOLE] = frames;
    buddy_init(&buddy, table, sizeof(*table), (uint32_t)frames);
}

struct pfdat *pfdat_of(uint64_t physical)
{
    uint64_t frame = physical / BTL_PAGE_SIZE;

    return frame < frame_count ? &pfdat[frame] : NULL;
}

uint64_t pfdat_frames(void)
{
    return frame_count;
}

uint64_t pages_owned(enum pf_owner owner)
{
    return owned[owner];
}

const char *pf_owner_name(enum pf_owner owner)
{
    static const char *const name[PF_COUNT] = {
#define PF_OWNER(name, text, what) text,
        PF_OWNERS(PF_OWNER)
#undef PF_OWNER
    };

    return owner < PF_COUNT ? name[owner] : "?";
}

static void pfdat_set_owner(uint64_t first, uint64_t count, enum pf_owner owner)
{
    for (uint64_t frame = first; frame < first + count; frame++) {
        owned[pfdat[frame].owner]--;
        pfdat[frame].owner = (uint8_t)owner;
    }
    owned[owner] += count;
}

// Return how many frames of [physical, physical + size) are in the table, and the first.
static uint64_t pfdat_clip(uint64_t physical, uint64_t size, uint64_t *ret_first)
{
    uint64_t first = physical / BTL_PAGE_SIZE, end = (physical + size) / BTL_PAGE_SIZE;

    *ret_first = first;
    if (end > frame_count)
        end = frame_count;
    return first < end ? end - first : 0;
}

void pages_set_owner(uint64_t physical, uint64_t size, enum pf_owner owner)
{
    uint64_t first, count = pfdat_clip(physical, size, &first);

    if (count > 0 && first == 0 && owner == PF_FREE) {
        pfdat_set_owner(0, 1, PF_FIRMWARE);
        first++;
        count--;
    }
    if (count == 0)
        return;
    pfdat_set_owner(first, count, owner);
    if (owner == PF_FREE)
        buddy_free(&buddy, (uint32_t)first, (uint32_t)count);
}

static bool pages_take(uint64_t count, uint64_t end, enum pf_owner owner, uint64_t *ret_physical)
{
    uint32_t first;

    if (count == 0 || count > frame_count ||
        !buddy_alloc_below(&buddy, (uint32_t)count, (uint32_t)(end < UINT32_MAX ? end : UINT32_MAX),
                           &first))
        return false;
    pfdat_set_owner(first, count, owner);
    *ret_physical = (uint64_t)first * BTL_PAGE_SIZE;
    return true;
}

bool pages_alloc_raw(uint64_t count, enum pf_owner owner, uint64_t *ret_physical)
{
    return pages_take(count, UINT32_MAX, owner, ret_physical);
}

bool pages_alloc_below(uint64_t count, uint64_t below, enum pf_owner owner, uint64_t *ret_physical)
{
    if (!pages_take(count, below / BTL_PAGE_SIZE, owner, ret_physical))
        return false;
    memset(phys_to_virt(*ret_physical), 0, count * BTL_PAGE_SIZE);
    return true;
}

bool pages_alloc(uint64_t count, enum pf_owner owner, uint64_t *ret_physical)
{
    return pages_alloc_below(count, UINT64_MAX, owner, ret_physical);
}

void pages_free(uint64_t physical, uint64_t count, enum pf_owner owner)
{
    uint64_t first = physical / BTL_PAGE_SIZE;

    if (physical % BTL_PAGE_SIZE != 0 || !btl_in_range(first, count, frame_count))
        kpanic("pages_free: 0x%lx and %lu pages are not memory", physical, count);
    for (uint64_t frame = first; frame < first + count; frame++)
        if (pfdat[frame].owner != owner)
            kpanic("pages_free: frame 0x%lx is not of %s but of %s", frame, pf_owner_name(owner),
                   pf_owner_name(pfdat[frame].owner));
    pages_set_owner(physical, count * BTL_PAGE_SIZE, PF_FREE);
}

static uint64_t pages_on_free_lists(void)
{
    uint64_t units = 0;

    for (int order = 0; order < BUDDY_ORDERS; order++)
        for (uint32_t at = buddy.free[order]; at != BTL_NONE; at = buddy_link(&buddy, at)->next)
            units += 1ull << order;
    return units;
}

bool pages_verify(void)
{
    uint64_t count[PF_COUNT] = {0};

    for (uint64_t frame = 0; frame < frame_count; frame++)
        count[pfdat[frame].owner]++;
    return memcmp(count, owned, sizeof(count)) == 0 && owned[PF_FREE] == buddy.free_units &&
           pages_on_free_lists() == buddy.free_units;
}
