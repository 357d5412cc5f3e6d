// SPDX-License-Identifier: BSD-2-Clause
// A hash index of an array: it maps the hash of a key to the numbers of the elements that may have
// that key. Open addressing with linear probing; at most half of the slots are used, so that probes
// are short. The caller owns the array, and lets it grow:
//
//     struct btl_probe probe = btl_index_probe(&index, btl_index_hash(&index, key, 0));
//     BTL_INDEX_EACH(&index, &probe)
//         if (btl_str_equal(array[btl_index_number(&index, &probe)].key, key))
//             return btl_index_number(&index, &probe);
#ifndef BTL_INDEX_H
#define BTL_INDEX_H

#include <btl/arena.h>

BTL_BEGIN_DECLS

#define BTL_INDEX_MAX (1u << 30) // elements

struct btl_index {
    // The low bits of a slot are the number of the element + 1, the high bits are those of the
    // hash; 0: free. So most elements with another key are skipped without reading the array.
    uint32_t *slots;
    uint32_t mask;     // of the low bits, and of slot numbers
    uint32_t capacity; // maximum number of elements
    uint64_t seed;     // of the arena
};

struct btl_probe {
    uint32_t slot, hash;
};

// Make an empty index for at least `count` elements. False: no memory, or above BTL_INDEX_MAX.
bool btl_index_init(struct btl_index *index, size_t count, struct btl_arena *arena);
// Add an element; btl_index_put() adds it at the end of a probe for its key. Numbers are added in
// ascending order, and are below `capacity`.
void btl_index_add(struct btl_index *index, uint32_t hash, uint32_t number);
BTL_INLINE void btl_index_put(struct btl_index *index, const struct btl_probe *probe,
                              uint32_t number)
{
    BTL_ASSERT(index->slots[probe->slot] == 0 && number < index->capacity);
    index->slots[probe->slot] = probe->hash | (number + 1);
}
// Remove the element that was added last.
void btl_index_remove_last(struct btl_index *index, uint32_t hash, uint32_t number);
void btl_index_clear(struct btl_index *index);

// Return the hash of a key. `tag` is a second part of the key; 0: none.
BTL_INLINE uint32_t btl_index_hash(const struct btl_index *index, struct btl_str key, uint64_t tag)
{
    // The factor is odd: tags that differ in high bits only give different seeds.
    uint64_t hash = btl_hash(key, index->seed ^ tag * 0x9e3779b97f4a7c15ull);
    return (uint32_t)(hash ^ hash >> 32);
}

BTL_INLINE struct btl_probe btl_index_probe(const struct btl_index *index, uint32_t hash)
{
    struct btl_probe probe = {hash & index->mask, hash & ~index->mask};
    return probe;
}
// Loop over the elements that may have the key of the probe, in the order of adding. At the end,
// `probe` is the place for a new element. The loop has no call, because every look-up of the loader
// uses it.
#define BTL_INDEX_EACH(index, probe)                                                               \
    for (; (index)->slots[(probe)->slot] != 0;                                                     \
         (probe)->slot = ((probe)->slot + 1) & (index)->mask)                                      \
        if (((index)->slots[(probe)->slot] & ~(index)->mask) == (probe)->hash)
// Return the number of the current element of BTL_INDEX_EACH.
BTL_INLINE uint32_t btl_index_number(const struct btl_index *index, const struct btl_probe *probe)
{
    return (index->slots[probe->slot] & index->mask) - 1;
}

BTL_END_DECLS

#endif
