// SPDX-License-Identifier: BSD-2-Clause
// The entries of the linkage: an array in the order of adding, and an index.
#include "linkage.h"

#define CAPACITY_MIN 32u

static bool linkage_same_entry(const struct btl_linkage_entry *entry,
                               const struct btl_linkage_entry *wanted)
{
    return entry->offset == wanted->offset && entry->target == wanted->target &&
           entry->kind == wanted->kind;
}

static uint32_t linkage_hash(const struct btl_linkage *linkage,
                             const struct btl_linkage_entry *entry)
{
    struct btl_str key = {(const char *)entry, offsetof(struct btl_linkage_entry, place)};
    return btl_index_hash(&linkage->index, key, 0);
}

static uint32_t linkage_probe(const struct btl_linkage *linkage,
                              const struct btl_linkage_entry *wanted)
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
static bool linkage_make_room(struct btl_linkage *linkage)
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

struct btl_linkage *btl_linkage_new(const struct btl_linkage_kind *kinds, struct btl_arena *arena)
{
    struct btl_linkage *linkage = BTL_NEW(arena, struct btl_linkage);
    if (linkage == NULL)
        return NULL;
    linkage->arena = arena;
    linkage->kinds = kinds;
    bool good = btl_index_init(&linkage->index, CAPACITY_MIN, arena) &&
                BTL_RESERVE(arena, linkage->entries, 0, CAPACITY_MIN, linkage->capacity);
    return good ? linkage : NULL;
}

bool btl_linkage_add(struct btl_linkage *linkage, uint32_t kind, uint32_t target, uint64_t offset)
{
    struct btl_linkage_entry entry = {.offset = offset, .target = target, .kind = kind};
    if (linkage_probe(linkage, &entry) != BTL_NONE)
        return true;
    if (!linkage_make_room(linkage))
        return false;
    entry.place = linkage->size[linkage->kinds[kind].area];
    linkage->size[linkage->kinds[kind].area] += linkage->kinds[kind].size;
    linkage->entries[linkage->count] = entry;
    btl_index_add(&linkage->index, linkage_hash(linkage, &entry), linkage->count++);
    return true;
}

const struct btl_linkage_entry *btl_linkage_find(const struct btl_linkage *linkage, uint32_t kind,
                                                 uint32_t target, uint64_t offset)
{
    struct btl_linkage_entry wanted = {.offset = offset, .target = target, .kind = kind};
    uint32_t number = linkage_probe(linkage, &wanted);
    return number != BTL_NONE ? &linkage->entries[number] : NULL;
}

void btl_linkage_reserve(struct btl_image *image)
{
    const struct btl_linkage *linkage = image->machine_data;
    image->got_count = (uint32_t)(linkage->size[BTL_AREA_GOT] / sizeof(uint64_t));
    image->opd_size = linkage->size[BTL_AREA_OPD];
    image->plt_size = linkage->size[BTL_AREA_PLT];
}

uint64_t btl_linkage_offset(const struct btl_image *image, const struct btl_linkage_entry *entry)
{
    const struct btl_linkage *linkage = image->machine_data;
    const uint64_t areas[BTL_AREAS] = {
        [BTL_AREA_GOT] = image->got_offset,
        [BTL_AREA_OPD] = image->opd_offset,
        [BTL_AREA_PLT] = image->plt_offset,
    };
    return areas[linkage->kinds[entry->kind].area] + entry->place;
}

uint64_t btl_linkage_address(const struct btl_image *image, uint32_t kind, uint32_t target,
                             uint64_t offset)
{
    const struct btl_linkage_entry *entry =
        btl_linkage_find(image->machine_data, kind, target, offset);
    return entry != NULL ? image->base + btl_linkage_offset(image, entry) : 0;
}
