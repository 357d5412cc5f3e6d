// SPDX-License-Identifier: BSD-2-Clause
// The table of exports: an array in the order of adding, and an index over it. Exports carry their
// hash, so that growing touches no name.
#include <btl/symtab.h>

#include <btl/mem.h>

#define CAPACITY_MIN 16u

BTL_INLINE uint32_t symtab_probe(const struct btl_symtab *table, struct btl_str name, uint32_t hash)
{
    struct btl_probe probe = btl_index_probe(&table->index, hash);
    uint32_t number = btl_index_next(&table->index, &probe);
    while (number != BTL_NONE && !btl_str_equal(table->exports[number].name, name))
        number = btl_index_next(&table->index, &probe);
    return number;
}

static void symtab_index_exports(struct btl_symtab *table)
{
    for (uint32_t i = 0; i < table->count; i++)
        btl_index_add(&table->index, table->exports[i].hash, i);
}

// Make place for one more export.
static bool symtab_reserve(struct btl_symtab *table)
{
    if (table->count == table->index.capacity) {
        struct btl_index larger;
        if (!btl_index_init(&larger, 2 * (size_t)table->count, table->arena))
            return false;
        table->index = larger;
        symtab_index_exports(table);
    }
    return BTL_RESERVE(table->arena, table->exports, table->count, 1, table->capacity);
}

bool btl_symtab_init(struct btl_symtab *table, uint32_t expected, struct btl_arena *arena)
{
    size_t capacity = expected < CAPACITY_MIN ? CAPACITY_MIN : expected;
    *table = (struct btl_symtab){.arena = arena};
    return btl_index_init(&table->index, capacity, arena) &&
           BTL_RESERVE(arena, table->exports, 0, capacity, table->capacity);
}

bool btl_symtab_add(struct btl_symtab *table, struct btl_str name, uint64_t value, uint32_t owner,
                    uint32_t *ret_other)
{
    uint32_t hash = btl_index_hash(&table->index, name, 0);
    uint32_t known = symtab_probe(table, name, hash);
    if (ret_other != NULL)
        *ret_other = known != BTL_NONE ? table->exports[known].owner : BTL_NONE;
    if (known != BTL_NONE || !symtab_reserve(table))
        return false;
    table->exports[table->count] =
        (struct btl_export){.name = name, .value = value, .owner = owner, .hash = hash};
    btl_index_add(&table->index, hash, table->count++);
    return true;
}

const struct btl_export *btl_symtab_find(const struct btl_symtab *table, struct btl_str name)
{
    uint32_t number = symtab_probe(table, name, btl_index_hash(&table->index, name, 0));
    return number != BTL_NONE ? &table->exports[number] : NULL;
}

void btl_symtab_remove(struct btl_symtab *table, uint32_t owner)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < table->count; i++)
        if (table->exports[i].owner != owner)
            table->exports[kept++] = table->exports[i];
    if (kept == table->count)
        return;
    table->count = kept;
    btl_index_clear(&table->index);
    symtab_index_exports(table);
}

void btl_symtab_truncate(struct btl_symtab *table, uint32_t count)
{
    while (table->count > count) {
        uint32_t last = --table->count;
        btl_index_remove_last(&table->index, table->exports[last].hash, last);
    }
}
