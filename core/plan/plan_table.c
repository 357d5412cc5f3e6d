// SPDX-License-Identifier: BSD-2-Clause
// The planner's hash table.
#include "plan_table.h"

#include <btl/mem.h>

#define ENTRIES_MIN 8u
#define ENTRIES_MAX (1u << 30)

static uint64_t plan_table_hash(const struct plan_table *table, struct btl_str name, uint64_t tag)
{
    // An odd factor, so that equal names with tags that differ in high bits alone part as well.
    return btl_hash(name, table->seed ^ tag * 0x9e3779b97f4a7c15ull);
}

// The slot of (name, tag), or the free one where it would go. There always is a free one.
static uint32_t plan_table_slot(const struct plan_table *table, struct btl_str name, uint64_t tag)
{
    uint32_t slot = (uint32_t)plan_table_hash(table, name, tag) & table->slot_mask;
    for (; table->slots[slot] != 0; slot = (slot + 1) & table->slot_mask) {
        const struct plan_entry *entry = &table->entries[table->slots[slot] - 1];
        if (entry->tag == tag && btl_str_equal(entry->name, name))
            break;
    }
    return slot;
}

// Moves to `capacity` entries, a power of two, and twice as many slots.
static bool plan_table_resize(struct plan_table *table, uint32_t capacity)
{
    struct plan_entry *entries = BTL_NEW_ARRAY(table->arena, struct plan_entry, capacity);
    uint32_t *slots = BTL_NEW_ARRAY(table->arena, uint32_t, (size_t)capacity * 2);
    if (entries == NULL || slots == NULL)
        return false;
    if (table->count > 0)
        memcpy(entries, table->entries, table->count * sizeof(*entries));
    table->entries = entries;
    table->capacity = capacity;
    table->slots = slots;
    table->slot_mask = capacity * 2 - 1;
    for (uint32_t i = 0; i < table->count; i++)
        slots[plan_table_slot(table, entries[i].name, entries[i].tag)] = i + 1;
    return true;
}

bool plan_table_init(struct plan_table *table, uint64_t expected, uint64_t seed,
                     struct btl_arena *arena)
{
    uint32_t capacity = ENTRIES_MIN;
    while (capacity < expected && capacity < ENTRIES_MAX)
        capacity *= 2;
    *table = (struct plan_table){.arena = arena, .seed = seed};
    return plan_table_resize(table, capacity);
}

uint32_t *plan_table_find(const struct plan_table *table, struct btl_str name, uint64_t tag)
{
    uint32_t entry = table->slots[plan_table_slot(table, name, tag)];
    return entry == 0 ? NULL : &table->entries[entry - 1].value;
}

uint32_t *plan_table_add(struct plan_table *table, struct btl_str name, uint64_t tag,
                         uint32_t value)
{
    uint32_t *there = plan_table_find(table, name, tag);
    if (there != NULL)
        return there;
    if (table->count == table->capacity &&
        (table->capacity >= ENTRIES_MAX || !plan_table_resize(table, table->capacity * 2)))
        return NULL;
    struct plan_entry *entry = &table->entries[table->count++];
    *entry = (struct plan_entry){name, tag, value};
    table->slots[plan_table_slot(table, name, tag)] = table->count;
    return &entry->value;
}
