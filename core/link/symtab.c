// SPDX-License-Identifier: BSD-2-Clause
// The table of exports: an array in the order of adding, and an index. An export has the hash of
// its name, so that growing the index reads no name.
#include <btl/symtab.h>

#include <btl/assert.h>
#include <btl/mem.h>

#define CAPACITY_MIN 16u

// Return the number of the export `name`; BTL_NONE: there is none, and *probe is its place.
BTL_INLINE uint32_t symtab_probe(const struct btl_symtab *table, struct btl_str name,
                                 struct btl_probe *probe)
{
    BTL_INDEX_EACH (&table->index, probe) {
        uint32_t number = btl_index_number(&table->index, probe);
        if (btl_str_equal(table->exports[number].name, name))
            return number;
    }
    return BTL_NONE;
}

static void symtab_index_exports(struct btl_symtab *table)
{
    for (uint32_t i = 0; i < table->count; i++)
        btl_index_add(&table->index, table->exports[i].hash, i);
}

// Double the table. The array is full before the index is, or at the same time.
static bool symtab_grow(struct btl_symtab *table)
{
    struct btl_index larger;
    if (!btl_index_init(&larger, 2 * (size_t)table->count, table->arena) ||
        !BTL_RESERVE(table->arena, table->exports, table->count, 1, table->capacity))
        return false;
    table->index = larger;
    symtab_index_exports(table);
    return true;
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
    struct btl_probe probe = btl_index_probe(&table->index, hash);
    uint32_t known = symtab_probe(table, name, &probe);
    if (ret_other != NULL)
        *ret_other = known != BTL_NONE ? table->exports[known].owner : BTL_NONE;
    if (known != BTL_NONE)
        return false;
    if (table->count == table->capacity) {
        if (!symtab_grow(table))
            return false;
        probe = btl_index_probe(&table->index, hash); // the place of the name has changed
        symtab_probe(table, name, &probe);
    }
    table->exports[table->count] =
        (struct btl_export){.name = name, .value = value, .owner = owner, .hash = hash};
    btl_index_put(&table->index, &probe, table->count++);
    return true;
}

const struct btl_export *btl_symtab_find(const struct btl_symtab *table, struct btl_str name)
{
    struct btl_probe probe = btl_index_probe(&table->index, btl_index_hash(&table->index, name, 0));
    uint32_t number = symtab_probe(table, name, &probe);
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
    BTL_ASSERT(count <= table->count);
    while (table->count > count) {
        uint32_t last = --table->count;
        btl_index_remove_last(&table->index, table->exports[last].hash, last);
    }
}
