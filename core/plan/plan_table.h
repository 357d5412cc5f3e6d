// SPDX-License-Identifier: BSD-2-Clause
// The planner's hash table: from a name and a tag (whose name it is) to a number. Open addressing,
// grows by doubling.
#ifndef BTL_CORE_PLAN_TABLE_H
#define BTL_CORE_PLAN_TABLE_H

#include <btl/index.h>

struct plan_entry {
    struct btl_str name;
    uint64_t tag;
    uint32_t value;
};

struct plan_table {
    struct btl_arena *arena;
    struct plan_entry *entries;
    uint32_t count;
    size_t capacity; // of entries
    struct btl_index index;
};

// An empty table with room for `expected` entries. False: no memory.
bool plan_table_init(struct plan_table *table, uint64_t expected, struct btl_arena *arena);
// Where the value of (name, tag) lies, or NULL. Valid until the next plan_table_add().
uint32_t *plan_table_find(const struct plan_table *table, struct btl_str name, uint64_t tag);
// The same, added with `value` when there was none. NULL: no memory.
uint32_t *plan_table_add(struct plan_table *table, struct btl_str name, uint64_t tag,
                         uint32_t value);

#endif
