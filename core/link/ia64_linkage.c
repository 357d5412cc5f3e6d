// SPDX-License-Identifier: BSD-2-Clause
// An array in the order of adding, and a hash index with linear probing over it.
#include "ia64_linkage.h"
#include <btl/mem.h>

#define CAPACITY_MIN 32u
#define CAPACITY_MAX (1u << 30)

static const struct {
    uint8_t area, size; // bytes
} kinds[IA64_ENTRY_KINDS] = {
    [IA64_GOT_ADDRESS] = {IA64_AREA_GOT, IA64_GOT_ENTRY_SIZE},
    [IA64_GOT_DESCRIPTOR] = {IA64_AREA_GOT, IA64_GOT_ENTRY_SIZE},
    [IA64_DESCRIPTOR] = {IA64_AREA_OPD, IA64_DESCRIPTOR_SIZE},
    [IA64_IMPORT_STUB] = {IA64_AREA_PLT, IA64_IMPORT_STUB_SIZE},
    [IA64_FAR_STUB] = {IA64_AREA_PLT, IA64_FAR_STUB_SIZE},
};

enum ia64_area ia64_area_of(enum ia64_entry_kind kind)
{
    return (enum ia64_area)kinds[kind].area;
}

static bool linkage_same_entry(const struct ia64_entry *entry, const struct ia64_entry *wanted)
{
    return entry->offset == wanted->offset && entry->target == wanted->target &&
           entry->kind == wanted->kind;
}

// The slot of `wanted`, or the free slot that ends its probe sequence: half of them are free.
static uint32_t linkage_slot(const struct ia64_linkage *linkage, const struct ia64_entry *wanted)
{
    uint32_t mask = 2 * linkage->capacity - 1;
    struct btl_str key = {(const char *)wanted, offsetof(struct ia64_entry, place)};
    uint32_t slot = (uint32_t)btl_hash(key, linkage->seed) & mask;
    while (linkage->slots[slot] != 0 &&
           !linkage_same_entry(&linkage->entries[linkage->slots[slot] - 1], wanted))
        slot = (slot + 1) & mask;
    return slot;
}

static bool linkage_resize(struct ia64_linkage *linkage, uint32_t capacity)
{
    struct ia64_entry *entries = BTL_NEW_ARRAY(linkage->arena, struct ia64_entry, capacity);
    uint32_t *slots = BTL_NEW_ARRAY(linkage->arena, uint32_t, 2 * (size_t)capacity);
    if (entries == NULL || slots == NULL)
        return false;
    if (linkage->count != 0)
        memcpy(entries, linkage->entries, linkage->count * sizeof(*entries));
    linkage->entries = entries;
    linkage->slots = slots;
    linkage->capacity = capacity;
    for (uint32_t i = 0; i < linkage->count; i++)
        slots[linkage_slot(linkage, &entries[i])] = i + 1;
    return true;
}

struct ia64_linkage *ia64_linkage_new(struct btl_arena *arena)
{
    struct ia64_linkage *linkage = BTL_NEW(arena, struct ia64_linkage);
    if (linkage == NULL)
        return NULL;
    linkage->arena = arena;
    linkage->seed = (uintptr_t)linkage; // what a file cannot know
    return linkage_resize(linkage, CAPACITY_MIN) ? linkage : NULL;
}

bool ia64_linkage_add(struct ia64_linkage *linkage, enum ia64_entry_kind kind, uint32_t target,
                      uint64_t offset)
{
    struct ia64_entry entry = {.offset = offset, .target = target, .kind = kind};
    if (linkage->slots[linkage_slot(linkage, &entry)] != 0)
        return true;
    if (linkage->count == linkage->capacity &&
        (linkage->capacity >= CAPACITY_MAX || !linkage_resize(linkage, 2 * linkage->capacity)))
        return false;
    entry.place = linkage->size[kinds[kind].area];
    linkage->size[kinds[kind].area] += kinds[kind].size;
    linkage->slots[linkage_slot(linkage, &entry)] = linkage->count + 1;
    linkage->entries[linkage->count++] = entry;
    return true;
}

const struct ia64_entry *ia64_linkage_find(const struct ia64_linkage *linkage,
                                           enum ia64_entry_kind kind, uint32_t target,
                                           uint64_t offset)
{
    struct ia64_entry wanted = {.offset = offset, .target = target, .kind = kind};
    uint32_t found = linkage->slots[linkage_slot(linkage, &wanted)];
    return found != 0 ? &linkage->entries[found - 1] : NULL;
}
