// SPDX-License-Identifier: BSD-2-Clause
// What is the same for all tables of partitions.
#include <btl/partitions.h>

#include <btl/mem.h>

bool btl_partitions_open(const struct btl_blocks *blocks, struct btl_place place,
                         struct btl_arena *arena, struct btl_partitions *ret_partitions,
                         struct btl_diags *diags)
{
    bool is_mbr;
    bool good = btl_mbr_open(blocks, place, arena, ret_partitions, &is_mbr, diags);
    return is_mbr ? good : btl_gpt_open(blocks, place, arena, ret_partitions, diags);
}

bool btl_partition_type_is_esp(const uint8_t type[static 16])
{
    static const uint8_t mbr[16] = {BTL_MBR_ESP};
    return memcmp(type, BTL_GPT_ESP, 16) == 0 || memcmp(type, mbr, 16) == 0;
}

const struct btl_partition *btl_partitions_find_esp(const struct btl_partitions *partitions)
{
    for (uint32_t i = 0; i < partitions->count; i++)
        if (btl_partition_type_is_esp(partitions->partitions[i].type))
            return &partitions->partitions[i];
    return NULL;
}
