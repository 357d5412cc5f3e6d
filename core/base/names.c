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

BTL_INLINE uint32_t find_hashed(const struct btl_names *names, struct btl_str name, uint32_t hash)
{
    struct btl_probe probe = btl_index_probe(&names->index, hash);
    uint32_t number = btl_index_next(&names->index, &probe);
    while (number != BTL_NONE && !btl_str_equal(names->name[number], name))
        number = btl_index_next(&names->index, &probe);
    return number;
}

uint32_t btl_names_number(struct btl_names *names, struct btl_str name)
{
    uint32_t hash = btl_index_hash(&names->index, name, 0);
    uint32_t number = find_hashed(names, name, hash);
    if (number != BTL_NONE)
        return number;
    names->name[names->count] = name;
    btl_index_add(&names->index, hash, names->count);
    return names->count++;
}

uint32_t btl_names_find(const struct btl_names *names, struct btl_str name)
{
    return find_hashed(names, name, btl_index_hash(&names->index, name, 0));
}
