// SPDX-License-Identifier: BSD-2-Clause
// The planner's hash table.
#include "plan_table.h"

#define ENTRIES_MIN 8u

// The number of the entry, or BTL_NONE: then *ret_probe is where it belongs.
BTL_INLINE uint32_t plan_table_probe(const struct plan_table *table, struct btl_str name,
                                     uint64_t tag, struct btl_probe *ret_probe)
{
    *ret_probe = btl_index_probe(&table->index, btl_index_hash(&table->index, name, tag));
    BTL_INDEX_EACH (&table->index, ret_probe) {
        uint32_t number = btl_index_number(&table->index, ret_probe);
        const struct plan_entry *entry = &table->entries[number];
        if (entry->tag == tag && btl_str_equal(entry->name, name))
            return number;
    }
    return BTL_NONE;
}

// Make place for as many entries again. The array is full before its index is, or with it.
static bool plan_table_grow(struct plan_table *table)
{
    struct btl_index larger;
    if (!btl_index_init(&larger, 2 * (size_t)table->count, table->arena) ||
        !BTL_RESERVE(table->arena, table->entries, table->count, 1, table->capacity))
        return false;
    table->index = larger;
    for (uint32_t i = 0; i < table->count; i++) {
        const struct plan_entry *entry = &table->entries[i];
        btl_index_add(&table->index, btl_index_hash(&table->index, entry->name, entry->tag), i);
    }
    return true;
}

bool plan_table_init(struct plan_table *table, uint64_t expected, struct btl_arena *arena)
{
    size_t capacity = expected < ENTRIES_MIN ? ENTRIES_MIN : expected;
    *table = (struct plan_table){.arena = arena};
    return btl_index_init(&table->index, capacity, arena) &&
           BTL_RESERVE(arena, table->entries, 0, capacity, table->capacity);
}

uint32_t *plan_table_find(const struct plan_table *table, struct btl_str name, uint64_t tag)
{
    struct btl_probe probe;
    uint32_t number = plan_table_probe(table, name, tag, &probe);
    return number != BTL_NONE ? &table->entries[number].value : NULL;
}

uint32_t *plan_table_add(struct plan_table *table, struct btl_str name, uint64_t tag,
                         uint32_t value)
{
    struct btl_probe probe;
    uint32_t known = plan_table_probe(table, name, tag, &probe);
    if (known != BTL_NONE)
        return &table->entries[known].value;
    if (table->count == table->capacity) {
        if (!plan_table_grow(table))
            return NULL;
        plan_table_probe(table, name, tag, &probe); // its slot has moved
    }
    struct plan_entry *entry = &table->entries[table->count];
    *entry = (struct plan_entry){name, tag, value};
    btl_index_put(&table->index, &probe, table->count++);
    return &entry->value;
}
