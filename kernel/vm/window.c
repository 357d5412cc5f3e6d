// SPDX-License-Identifier: BSD-2-Clause
#include "vm/window.h"

#include "vm/buddy.h"

#include <btl/aslr.h>
#include <btl/kernel.h>

static struct buddy buddy;
static uint64_t base;

void window_shrink(uint64_t *start, uint64_t *end, const uint64_t random[2])
{
    uint64_t space = (*end - *start) / 4;

    if (space > BTL_ASLR_LATER_SPACE)
        space = BTL_ASLR_LATER_SPACE;
    *start += btl_aslr_offset(random[0], space, WINDOW_UNIT);
    *end -= btl_aslr_offset(random[1], space, WINDOW_UNIT);
}

bool window_init(uint64_t start, uint64_t end)
{
    struct buddy_link *table;
    uint64_t units;

    if (!btl_round_up(start, WINDOW_UNIT, &base) || base >= end)
        return false;
    units = (end - base) / WINDOW_UNIT;
    table = kmem_alloc(units * sizeof(*table));
    if (table == NULL)
        return false;
    buddy_init(&buddy, table, sizeof(*table), (uint32_t)units);
    buddy_free(&buddy, 0, (uint32_t)units);
    return true;
}

static uint32_t window_units_for(uint64_t size)
{
    return (uint32_t)((size + BTL_PAGE_SIZE + WINDOW_UNIT - 1) / WINDOW_UNIT);
}

// For an alignment above the unit, allocate more units and free those before and after.
bool window_alloc(uint64_t size, uint64_t align, uint64_t *ret_address)
{
    uint64_t total = (uint64_t)buddy.count * WINDOW_UNIT, address, front;
    uint32_t first, count, extra;

    if (size == 0 || size > total || align > total)
        return false;
    count = window_units_for(size);
    extra = align > WINDOW_UNIT ? (uint32_t)(align / WINDOW_UNIT) - 1 : 0;
    if (!buddy_alloc(&buddy, count + extra, &first))
        return false;
    address = base + (uint64_t)first * WINDOW_UNIT;
    front = extra > 0 ? (((address + align - 1) & ~(align - 1)) - address) / WINDOW_UNIT : 0;
    if (front > 0)
        buddy_free(&buddy, first, (uint32_t)front);
    if (extra > front)
        buddy_free(&buddy, first + (uint32_t)front + count, extra - (uint32_t)front);
    *ret_address = address + front * WINDOW_UNIT;
    return true;
}

void window_free(uint64_t address, uint64_t size)
{
    buddy_free(&buddy, (uint32_t)((address - base) / WINDOW_UNIT), window_units_for(size));
}

uint64_t window_free_bytes(void)
{
    return buddy.free_units * WINDOW_UNIT;
}
