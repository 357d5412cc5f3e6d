// SPDX-License-Identifier: BSD-2-Clause
#include <btl/names.h>

bool btl_names_init(struct btl_names *names, size_t max, struct btl_arena *arena)
{
    *names = (struct btl_names){.count = 0};
    if (!btl_index_init(&names->index, max, arena))
        return false;
    names->name = BTL_NEW_ARRAY(arena, struct btl_str, max);
    return names->name != NULL;
}

// The number of `name`, or BTL_NONE: then *ret_probe is where it belongs.
BTL_INLINE uint32_t names_probe(const struct btl_names *names, struct btl_str name,
                                struct btl_probe *ret_probe)
{
    *ret_probe = btl_index_probe(&names->index, btl_index_hash(&names->index, name, 0));
    BTL_INDEX_EACH (&names->index, ret_probe) {
        uint32_t number = btl_index_number(&names->index, ret_probe);
        if (btl_str_equal(names->name[number], name))
            return number;
    }
    return BTL_NONE;
}

uint32_t btl_names_number(struct btl_names *names, struct btl_str name)
{
    struct btl_probe probe;
    uint32_t number = names_probe(names, name, &probe);
    if (number != BTL_NONE)
        return number;
    names->name[names->count] = name;
    btl_index_put(&names->index, &probe, names->count);
    return names->count++;
}

uint32_t btl_names_find(const struct btl_names *names, struct btl_str name)
{
    struct btl_probe probe;
    return names_probe(names, name, &probe);
}
