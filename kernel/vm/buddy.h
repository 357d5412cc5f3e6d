// SPDX-License-Identifier: BSD-2-Clause
// A buddy allocator over numbered units: page frames (page.c) and pieces of the window (window.c).
// It touches only the links, which the caller keeps inside its own table.
#ifndef KERNEL_VM_BUDDY_H
#define KERNEL_VM_BUDDY_H

#include <btl/types.h>

#define BUDDY_ORDERS 28 // the largest block is 2^27 units

struct buddy_link {
    uint32_t next, prev; // in a list of free blocks; available to the owner of an allocated unit
    uint8_t order;       // of a free block
    uint8_t head;        // 1: the first unit of a free block
};

struct buddy {
    uint8_t *table; // of `count` entries, `stride` bytes apart, each starting with a buddy_link
    size_t stride;
    uint32_t count;
    uint32_t free[BUDDY_ORDERS]; // first block, or BTL_NONE
    uint64_t free_units;
};

// Start with every unit allocated. Entries must be zero.
void buddy_init(struct buddy *buddy, void *table, size_t stride, uint32_t count);
// Allocate `count` units in a row; false: there is no such run. Cost: O(orders).
bool buddy_alloc(struct buddy *buddy, uint32_t count, uint32_t *ret_first);
// The same, all of them below unit `end`. Cost: as many steps as there are free blocks.
bool buddy_alloc_below(struct buddy *buddy, uint32_t count, uint32_t end, uint32_t *ret_first);
// Free any run of allocated units, whole allocations or parts. Cost: at most O(orders²).
void buddy_free(struct buddy *buddy, uint32_t first, uint32_t count);

static inline struct buddy_link *buddy_link(const struct buddy *buddy, uint32_t unit)
{
    return (struct buddy_link *)(void *)(buddy->table + (size_t)unit * buddy->stride);
}

#endif
