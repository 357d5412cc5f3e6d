// SPDX-License-Identifier: BSD-2-Clause
// The table of exports: an array in the order of adding, and a hash index with linear probing over
// it. Slots and exports carry the hash, so that growing and failed probes touch no name.
#include <btl/symtab.h>

#include <btl/mem.h>

#define CAPACITY_MIN 16u
#define CAPACITY_MAX (1u << 30) // twice as many slots still fit into slot_mask

static uint32_t symtab_hash(const struct btl_symtab *table, struct btl_str name)
{
    uint64_t hash = btl_hash(name, table->seed);
    return (uint32_t)(hash ^ hash >> 32);
}

static void symtab_index_export(struct btl_symtab *table, uint32_t index)
{
    uint32_t hash = table->exports[index].hash;
    uint32_t slot = hash & table->slot_mask;
    while (table->slots[slot] != 0)
        slot = (slot + 1) & table->slot_mask;
    table->slots[slot] = (uint64_t)hash << 32 | (index + 1);
}

// The slot of `name`, or the free slot that ends its probe sequence: at most half of the slots are
// taken, so there is one.
static uint32_t symtab_slot(const struct btl_symtab *table, struct btl_str name, uint32_t hash)
{
    uint32_t slot = hash & table->slot_mask;
    for (; table->slots[slot] != 0; slot = (slot + 1) & table->slot_mask) {
        uint64_t entry = table->slots[slot];
        if (entry >> 32 == hash && btl_str_equal(table->exports[(uint32_t)entry - 1].name, name))
            break;
    }
    return slot;
}

// Puts the exports into arrays of twice the capacity. Indexing in the order of the array keeps what
// truncate relies on: an export never lies in the way of an earlier one.
static bool symtab_resize(struct btl_symtab *table, uint32_t capacity)
{
    uint32_t slot_count = CAPACITY_MIN;
    while (slot_count < 2 * capacity)
        slot_count *= 2;
    struct btl_export *exports = BTL_NEW_ARRAY(table->arena, struct btl_export, capacity);
    uint64_t *slots = BTL_NEW_ARRAY(table->arena, uint64_t, slot_count);
    if (exports == NULL || slots == NULL)
        return false;

    if (table->count != 0)
        memcpy(exports, table->exports, table->count * sizeof(*exports));
    table->exports = exports;
    table->slots = slots;
    table->slot_mask = slot_count - 1;
    table->capacity = capacity;
    for (uint32_t i = 0; i < table->count; i++)
        symtab_index_export(table, i);
    return true;
}

bool btl_symtab_init(struct btl_symtab *table, uint32_t expected, uint64_t seed,
                     struct btl_arena *arena)
{
    *table = (struct btl_symtab){.arena = arena, .seed = seed};
    if (expected > CAPACITY_MAX)
        return false;
    return symtab_resize(table, expected < CAPACITY_MIN ? CAPACITY_MIN : expected);
}

bool btl_symtab_add(struct btl_symtab *table, struct btl_str name, uint64_t value, uint32_t owner,
                    uint32_t *ret_other)
{
    uint32_t hash = symtab_hash(table, name);
    uint64_t taken = table->slots[symtab_slot(table, name, hash)];
    if (ret_other != NULL)
        *ret_other = taken != 0 ? table->exports[(uint32_t)taken - 1].owner : BTL_NONE;
    if (taken != 0)
        return false;
    if (table->count == table->capacity &&
        (table->capacity >= CAPACITY_MAX || !symtab_resize(table, 2 * table->capacity)))
        return false;

    table->exports[table->count] =
        (struct btl_export){.name = name, .value = value, .owner = owner, .hash = hash};
    symtab_index_export(table, table->count++);
    return true;
}

const struct btl_export *btl_symtab_find(const struct btl_symtab *table, struct btl_str name)
{
    uint64_t entry = table->slots[symtab_slot(table, name, symtab_hash(table, name))];
    return entry != 0 ? &table->exports[(uint32_t)entry - 1] : NULL;
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
    memset(table->slots, 0, ((size_t)table->slot_mask + 1) * sizeof(*table->slots));
    for (uint32_t i = 0; i < kept; i++)
        symtab_index_export(table, i);
}

void btl_symtab_truncate(struct btl_symtab *table, uint32_t count)
{
    while (table->count > count) {
        const struct btl_export *last = &table->exports[--table->count];
        table->slots[symtab_slot(table, last->name, last->hash)] = 0;
    }
}
