// SPDX-License-Identifier: BSD-2-Clause
// A hash index over an array: from the hash of a key to the numbers of the elements that may have
// that key. Open addressing with linear probing; at most half of the slots are taken, so that a
// probe ends, and soon. The array itself, and growing it, are the caller's:
//
//     struct btl_probe probe = btl_index_probe(&index, btl_index_hash(&index, key, 0));
//     BTL_INDEX_EACH(&index, &probe)
//         if (btl_str_equal(array[btl_index_number(&index, &probe)].key, key))
//             return btl_index_number(&index, &probe);
#ifndef BTL_INDEX_H
#define BTL_INDEX_H

#include <btl/arena.h>

#define BTL_INDEX_MAX (1u << 30) // elements

struct btl_index {
    // The low bits of a slot are the number of the element + 1, its high bits those of the hash;
    // 0: free. So most elements with another key are told apart without a look at the array.
    uint32_t *slots;
    uint32_t mask;     // of the low bits, and of slot numbers
    uint32_t capacity; // elements that fit
    uint64_t seed;     // that of the arena
};

struct btl_probe {
    uint32_t slot, hash;
};

// An empty index for at least `count` elements. False: no memory, or more than BTL_INDEX_MAX.
bool btl_index_init(struct btl_index *index, size_t count, struct btl_arena *arena);
// Enter an element, or enter it where a probe for its key has found nothing. Numbers are entered in
// ascending order; fewer than `capacity` are entered.
void btl_index_add(struct btl_index *index, uint32_t hash, uint32_t number);
BTL_INLINE void btl_index_put(struct btl_index *index, const struct btl_probe *probe,
                              uint32_t number)
{
    BTL_ASSERT(index->slots[probe->slot] == 0 && number < index->capacity);
    index->slots[probe->slot] = probe->hash | (number + 1);
}
// Take out the element that was entered last.
void btl_index_remove_last(struct btl_index *index, uint32_t hash, uint32_t number);
void btl_index_clear(struct btl_index *index);

// `tag` is a second part of the key: 0 where there is none.
BTL_INLINE uint32_t btl_index_hash(const struct btl_index *index, struct btl_str key, uint64_t tag)
{
    // An odd factor: equal keys with tags that differ in high bits alone get different seeds.
    uint64_t hash = btl_hash(key, index->seed ^ tag * 0x9e3779b97f4a7c15ull);
    return (uint32_t)(hash ^ hash >> 32);
}

BTL_INLINE struct btl_probe btl_index_probe(const struct btl_index *index, uint32_t hash)
{
    return (struct btl_probe){hash & index->mask, hash & ~index->mask};
}
// For the elements whose key may be the one of the probe, in the order of entering; after the last
// of them `probe` is where a new element belongs. One loop without a call in it: each look-up of
// the loader runs through here.
#define BTL_INDEX_EACH(index, probe)                                                               \
    for (; (index)->slots[(probe)->slot] != 0;                                                     \
         (probe)->slot = ((probe)->slot + 1) & (index)->mask)                                      \
        if (((index)->slots[(probe)->slot] & ~(index)->mask) == (probe)->hash)
// The number of the element that BTL_INDEX_EACH has come to.
BTL_INLINE uint32_t btl_index_number(const struct btl_index *index, const struct btl_probe *probe)
{
    return (index->slots[probe->slot] & index->mask) - 1;
}

#endif
