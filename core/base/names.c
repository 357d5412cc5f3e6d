// SPDX-License-Identifier: BSD-2-Clause
#include <btl/names.h>

bool names_init(struct names *names, size_t most, uint64_t seed, struct btl_arena *arena)
{
    if (most >= 1u << 30)
        return false;
    uint32_t slots = 8;
    while (slots < 2 * most)
        slots *= 2;
    *names = (struct names){
        .name = BTL_NEW_ARRAY(arena, struct btl_str, most),
        .slots = BTL_NEW_ARRAY(arena, uint32_t, slots),
        .slot_mask = slots - 1,
        .seed = seed,
    };
    return names->name != NULL && names->slots != NULL;
}

// The slot of `name`, or the free one where it belongs. At least half of the slots are free: the
// search ends, and soon.
static uint32_t find_slot(const struct names *names, struct btl_str name)
{
    uint32_t slot = (uint32_t)btl_hash(name, names->seed) & names->slot_mask;
    while (names->slots[slot] != 0 && !btl_str_equal(names->name[names->slots[slot] - 1], name))
        slot = (slot + 1) & names->slot_mask;
    return slot;
}

uint32_t names_number(struct names *names, struct btl_str name)
{
    uint32_t slot = find_slot(names, name);
    if (names->slots[slot] != 0)
        return names->slots[slot] - 1;
    names->name[names->count] = name;
    names->slots[slot] = ++names->count;
    return names->count - 1;
}

uint32_t names_find(const struct names *names, struct btl_str name)
{
    uint32_t slot = find_slot(names, name);
    return names->slots[slot] != 0 ? names->slots[slot] - 1 : BTL_NONE;
}
