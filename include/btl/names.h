// SPDX-License-Identifier: BSD-2-Clause
// Numbers names from 0 on, in the order in which they are first seen. Hashed: constant cost each.
#ifndef BTL_CORE_NAMES_H
#define BTL_CORE_NAMES_H

#include <btl/arena.h>

struct names {
    struct btl_str *name; // by number; borrowed
    uint32_t count;
    uint32_t *slots; // number + 1; 0 is free
    uint32_t slot_mask;
    uint64_t seed;
};

// Room for `most` different names, less than 2^30. False: no memory.
bool names_init(struct names *names, size_t most, uint64_t seed, struct btl_arena *arena);
// The number of `name`, given now if it is new.
uint32_t names_number(struct names *names, struct btl_str name);
// The number that `name` was given, or BTL_NONE.
uint32_t names_find(const struct names *names, struct btl_str name);

#endif
