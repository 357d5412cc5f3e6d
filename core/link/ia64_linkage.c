// SPDX-License-Identifier: BSD-2-Clause
// An array in the order of adding, and a hash index with linear probing over it.
#include "ia64_linkage.h"
#include <btl/mem.h>

#define FIRST_CAPACITY 32u
#define MOST_CAPACITY  (1u << 30)

static const struct {
    uint8_t area, size; // bytes
} kinds[IA64_MADE] = {
    [IA64_GOT_ADDRESS] = {IA64_GOT, IA64_GOT_ENTRY_SIZE},
    [IA64_GOT_DESCRIPTOR] = {IA64_GOT, IA64_GOT_ENTRY_SIZE},
    [IA64_DESCRIPTOR] = {IA64_OPD, IA64_DESCRIPTOR_SIZE},
    [IA64_IMPORT_STUB] = {IA64_PLT, IA64_IMPORT_STUB_SIZE},
    [IA64_FAR_STUB] = {IA64_PLT, IA64_FAR_STUB_SIZE},
};

enum ia64_area ia64_area_of(enum ia64_made kind)
{
    return (enum ia64_area)kinds[kind].area;
}

static bool same(const struct ia64_item *item, const struct ia64_item *wanted)
{
    return item->offset == wanted->offset && item->of == wanted->of && item->kind == wanted->kind;
}

// The slot of `wanted`, or the free slot that ends its probe sequence: half of them are free.
static uint32_t probe(const struct ia64_linkage *linkage, const struct ia64_item *wanted)
{
    uint32_t mask = 2 * linkage->capacity - 1;
    struct btl_str key = {(const char *)wanted, offsetof(struct ia64_item, place)};
    uint32_t slot = (uint32_t)btl_hash(key, linkage->seed) & mask;
    while (linkage->slots[slot] != 0 && !same(&linkage->items[linkage->slots[slot] - 1], wanted))
        slot = (slot + 1) & mask;
    return slot;
}

static bool resize(struct ia64_linkage *linkage, uint32_t capacity)
{
    struct ia64_item *items = BTL_NEW_ARRAY(linkage->arena, struct ia64_item, capacity);
    uint32_t *slots = BTL_NEW_ARRAY(linkage->arena, uint32_t, 2 * (size_t)capacity);
    if (items == NULL || slots == NULL)
        return false;
    if (linkage->count != 0)
        memcpy(items, linkage->items, linkage->count * sizeof(*items));
    linkage->items = items;
    linkage->slots = slots;
    linkage->capacity = capacity;
    for (uint32_t i = 0; i < linkage->count; i++)
        slots[probe(linkage, &items[i])] = i + 1;
    return true;
}

struct ia64_linkage *ia64_linkage_new(struct btl_arena *arena)
{
    struct ia64_linkage *linkage = BTL_NEW(arena, struct ia64_linkage);
    if (linkage == NULL)
        return NULL;
    linkage->arena = arena;
    linkage->seed = (uintptr_t)linkage; // what a file cannot know
    return resize(linkage, FIRST_CAPACITY) ? linkage : NULL;
}

bool ia64_linkage_add(struct ia64_linkage *linkage, enum ia64_made kind, uint32_t of,
                      uint64_t offset)
{
    struct ia64_item item = {.offset = offset, .of = of, .kind = kind};
    if (linkage->slots[probe(linkage, &item)] != 0)
        return true;
    if (linkage->count == linkage->capacity &&
        (linkage->capacity >= MOST_CAPACITY || !resize(linkage, 2 * linkage->capacity)))
        return false;
    item.place = linkage->size[kinds[kind].area];
    linkage->size[kinds[kind].area] += kinds[kind].size;
    linkage->slots[probe(linkage, &item)] = linkage->count + 1;
    linkage->items[linkage->count++] = item;
    return true;
}

const struct ia64_item *ia64_linkage_find(const struct ia64_linkage *linkage, enum ia64_made kind,
                                          uint32_t of, uint64_t offset)
{
    struct ia64_item wanted = {.offset = offset, .of = of, .kind = kind};
    uint32_t found = linkage->slots[probe(linkage, &wanted)];
    return found != 0 ? &linkage->items[found - 1] : NULL;
}
