// SPDX-License-Identifier: BSD-2-Clause
// The entries of the linkage: an array in the order of adding, and an index.
#include "ia64_linkage.h"

#define CAPACITY_MIN 32u

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

static uint32_t linkage_hash(const struct ia64_linkage *linkage, const struct ia64_entry *entry)
{
    struct btl_str key = {(const char *)entry, offsetof(struct ia64_entry, place)};
    return btl_index_hash(&linkage->index, key, 0);
}

static uint32_t linkage_probe(const struct ia64_linkage *linkage, const struct ia64_entry *wanted)
{
    struct btl_probe probe = btl_index_probe(&linkage->index, linkage_hash(linkage, wanted));
    BTL_INDEX_EACH (&linkage->index, &probe) {
        uint32_t number = btl_index_number(&linkage->index, &probe);
        if (linkage_same_entry(&linkage->entries[number], wanted))
            return number;
    }
    return BTL_NONE;
}

// Reserve memory for one more entry.
static bool linkage_reserve(struct ia64_linkage *linkage)
{
    if (linkage->count == linkage->index.capacity) {
        struct btl_index larger;
        if (!btl_index_init(&larger, 2 * (size_t)linkage->count, linkage->arena))
            return false;
        linkage->index = larger;
        for (uint32_t i = 0; i < linkage->count; i++)
            btl_index_add(&linkage->index, linkage_hash(linkage, &linkage->entries[i]), i);
    }
    return BTL_RESERVE(linkage->arena, linkage->entries, linkage->count, 1, linkage->capacity);
}

struct ia64_linkage *ia64_linkage_new(struct btl_arena *arena)
{
    struct ia64_linkage *linkage = BTL_NEW(arena, struct ia64_linkage);
    if (linkage == NULL)
        return NULL;
    linkage->arena = arena;
    bool good = btl_index_init(&linkage->index, CAPACITY_MIN, arena) &&
                BTL_RESERVE(arena, linkage->entries, 0, CAPACITY_MIN, linkage->capacity);
    return good ? linkage : NULL;
}

bool ia64_linkage_add(struct ia64_linkage *linkage, enum ia64_entry_kind kind, uint32_t target,
                      uint64_t offset)
{
    struct ia64_entry entry = {.offset = offset, .target = target, .kind = kind};
    if (linkage_probe(linkage, &entry) != BTL_NONE)
        return true;
    if (!linkage_reserve(linkage))
        return false;
    entry.place = linkage->size[kinds[kind].area];
    linkage->size[kinds[kind].area] += kinds[kind].size;
    linkage->entries[linkage->count] = entry;
    btl_index_add(&linkage->index, linkage_hash(linkage, &entry), linkage->count++);
    return true;
}

const struct ia64_entry *ia64_linkage_find(const struct ia64_linkage *linkage,
                                           enum ia64_entry_kind kind, uint32_t target,
                                           uint64_t offset)
{
    struct ia64_entry wanted = {.offset = offset, .target = target, .kind = kind};
    uint32_t number = linkage_probe(linkage, &wanted);
    return number != BTL_NONE ? &linkage->entries[number] : NULL;
}
