// SPDX-License-Identifier: BSD-2-Clause
#include "vm/buddy.h"

void buddy_init(struct buddy *buddy, void *table, size_t stride, uint32_t count)
{
    *buddy = (struct buddy){.table = table, .stride = stride, .count = count};
    for (int order = 0; order < BUDDY_ORDERS; order++)
        buddy->free[order] = BTL_NONE;
}

static void buddy_push(struct buddy *buddy, uint32_t unit, int order)
{
    struct buddy_link *link = buddy_link(buddy, unit);

    *link = (struct buddy_link){
        .next = buddy->free[order], .prev = BTL_NONE, .order = (uint8_t)order, .head = 1};
    if (link->next != BTL_NONE)
        buddy_link(buddy, link->next)->prev = unit;
    buddy->free[order] = unit;
}

static void buddy_unlink(struct buddy *buddy, uint32_t unit)
{
    struct buddy_link *link = buddy_link(buddy, unit);

    if (link->prev != BTL_NONE)
        buddy_link(buddy, link->prev)->next = link->next;
    else
        buddy->free[link->order] = link->next;
    if (link->next != BTL_NONE)
        buddy_link(buddy, link->next)->prev = link->prev;
    *link = (struct buddy_link){0};
}

// Return the smallest order whose block holds `count` units.
static int buddy_order_for(uint32_t count)
{
    return count <= 1 ? 0 : 32 - __builtin_clz(count - 1);
}

// Free one aligned block, joined with its buddy as long as that is free too.
static void buddy_free_block(struct buddy *buddy, uint32_t unit, int order)
{
    for (; order + 1 < BUDDY_ORDERS; order++) {
        uint32_t other = unit ^ (1u << order);
        const struct buddy_link *link;

        if (other >= buddy->count)
            break;
        link = buddy_link(buddy, other);
        if (!link->head || link->order != order)
            break;
        buddy_unlink(buddy, other);
        unit &= ~(1u << order);
    }
    buddy_push(buddy, unit, order);
}

void buddy_free(struct buddy *buddy, uint32_t first, uint32_t count)
{
    buddy->free_units += count;
    while (count > 0) {
        int order = 31 - __builtin_clz(count);
        int aligned = first == 0 ? BUDDY_ORDERS - 1 : __builtin_ctz(first);

        if (order > aligned)
            order = aligned;
        if (order > BUDDY_ORDERS - 1)
            order = BUDDY_ORDERS - 1;
        buddy_free_block(buddy, first, order);
        first += 1u << order;
        count -= 1u << order;
    }
}

// The first free block of an order of which `count` units are below `end`; BTL_NONE: there is none.
static uint32_t buddy_find(const struct buddy *buddy, int order, uint32_t count, uint32_t end)
{
    uint32_t unit = buddy->free[order];

    while (unit != BTL_NONE && !btl_in_range(unit, count, end))
        unit = buddy_link(buddy, unit)->next;
    return unit;
}

bool buddy_alloc_below(struct buddy *buddy, uint32_t count, uint32_t end, uint32_t *ret_first)
{
    int order = buddy_order_for(count);
    uint32_t unit = BTL_NONE;

    if (count == 0)
        return false;
    for (; order < BUDDY_ORDERS; order++) {
        unit = buddy_find(buddy, order, count, end);
        if (unit != BTL_NONE)
            break;
    }
    if (unit == BTL_NONE)
        return false;
    buddy_unlink(buddy, unit);
    buddy->free_units -= 1u << order;
    buddy_free(buddy, unit + count, (1u << order) - count);
    *ret_first = unit;
    return true;
}

bool buddy_alloc(struct buddy *buddy, uint32_t count, uint32_t *ret_first)
{
    return buddy_alloc_below(buddy, count, UINT32_MAX, ret_first);
}
