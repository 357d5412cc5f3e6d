// SPDX-License-Identifier: BSD-2-Clause
#include <btl/index.h>

#include <btl/mem.h>

#define SLOTS_MIN 8u

bool btl_index_init(struct btl_index *index, size_t count, struct btl_arena *arena)
{
    if (count > BTL_INDEX_MAX)
        return false;
    uint32_t slots = SLOTS_MIN;
    while (slots / 2 < count)
        slots *= 2;
    *index = (struct btl_index){
        .slots = BTL_NEW_ARRAY(arena, uint32_t, slots),
        .mask = slots - 1,
        .capacity = slots / 2,
        .seed = arena->seed,
    };
    return index->slots != NULL;
}

void btl_index_add(struct btl_index *index, uint32_t hash, uint32_t number)
{
    BTL_ASSERT(number < index->capacity);
    uint32_t slot = hash & index->mask;
    while (index->slots[slot] != 0)
        slot = (slot + 1) & index->mask;
    index->slots[slot] = (hash & ~index->mask) | (number + 1);
}

// An element that was entered later never lies in the way of an earlier one: the slot can be freed.
void btl_index_remove_last(struct btl_index *index, uint32_t hash, uint32_t number)
{
    uint32_t slot = hash & index->mask;
    while (index->slots[slot] != ((hash & ~index->mask) | (number + 1))) {
        BTL_ASSERT(index->slots[slot] != 0); // it was entered
        slot = (slot + 1) & index->mask;
    }
    index->slots[slot] = 0;
}

void btl_index_clear(struct btl_index *index)
{
    memset(index->slots, 0, ((size_t)index->mask + 1) * sizeof(*index->slots));
}
