// SPDX-License-Identifier: BSD-2-Clause
// The planner's hash table.
#include "plan_table.h"

#define ENTRIES_MIN 8u

BTL_INLINE uint32_t plan_table_probe(const struct plan_table *table, struct btl_str name,
                                     uint64_t tag, uint32_t hash)
{
    struct btl_probe probe = btl_index_probe(&table->index, hash);
    uint32_t number;
    while ((number = btl_index_next(&table->index, &probe)) != BTL_NONE) {
        const struct plan_entry *entry = &table->entries[number];
        if (entry->tag == tag && btl_str_equal(entry->name, name))
            break;
    }
    return number;
}

// Make place for one more entry.
static bool plan_table_reserve(struct plan_table *table)
{
    if (table->count == table->index.capacity) {
        struct btl_index larger;
        if (!btl_index_init(&larger, 2 * (size_t)table->count, table->arena))
            return false;
        table->index = larger;
        for (uint32_t i = 0; i < table->count; i++) {
            const struct plan_entry *entry = &table->entries[i];
            btl_index_add(&table->index, btl_index_hash(&table->index, entry->name, entry->tag), i);
        }
    }
    return BTL_RESERVE(table->arena, table->entries, table->count, 1, table->capacity);
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
    uint32_t number = plan_table_probe(table, name, tag, btl_index_hash(&table->index, name, tag));
    return number != BTL_NONE ? &table->entries[number].value : NULL;
}

uint32_t *plan_table_add(struct plan_table *table, struct btl_str name, uint64_t tag,
                         uint32_t value)
{
    uint32_t hash = btl_index_hash(&table->index, name, tag);
    uint32_t known = plan_table_probe(table, name, tag, hash);
    if (known != BTL_NONE)
        return &table->entries[known].value;
    if (!plan_table_reserve(table))
        return NULL;
    struct plan_entry *entry = &table->entries[table->count];
    *entry = (struct plan_entry){name, tag, value};
    btl_index_add(&table->index, hash, table->count++);
    return &entry->value;
}
