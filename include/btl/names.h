// SPDX-License-Identifier: BSD-2-Clause
// Number names from 0, in the order in which each name is first seen. Constant cost for each name.
#ifndef BTL_NAMES_H
#define BTL_NAMES_H

#include <btl/index.h>

BTL_BEGIN_DECLS

struct btl_names {
    struct btl_str *name; // by number; borrowed
    uint32_t count;
    struct btl_index index;
};

// Make a table for at most `max` different names. False: no memory, or `max` > BTL_INDEX_MAX.
bool btl_names_init(struct btl_names *names, size_t max, struct btl_arena *arena);
// Return the number of `name`; a new name gets the next one.
uint32_t btl_names_number(struct btl_names *names, struct btl_str name);
// Return the number of `name`, or BTL_NONE.
uint32_t btl_names_find(const struct btl_names *names, struct btl_str name);

BTL_END_DECLS

#endif
