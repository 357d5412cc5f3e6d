// SPDX-License-Identifier: BSD-2-Clause
// Write the GOT and the veneers.
#include "aarch64_entries.h"
#include "aarch64_field.h"
#include <btl/mem.h>

// A veneer changes x16 alone, which the procedure call standard leaves to veneers of branches
// (IP0):
//
//     movz x16, #:abs_g0_nc:target
//     movk x16, #:abs_g1_nc:target
//     movk x16, #:abs_g2_nc:target
//     movk x16, #:abs_g3:target
//     br   x16
static const uint32_t veneer[] = {0xd2800010, 0xf2a00010, 0xf2c00010, 0xf2e00010, 0xd61f0200};
_Static_assert(sizeof(veneer) == AARCH64_VENEER_SIZE, "size of a veneer");

static const struct btl_linkage_kind kinds[AARCH64_ENTRY_KINDS] = {
    [AARCH64_GOT_ADDRESS] = {BTL_AREA_GOT, sizeof(uint64_t)},
    [AARCH64_VENEER] = {BTL_AREA_PLT, AARCH64_VENEER_SIZE},
};

struct btl_linkage *aarch64_linkage_new(struct btl_arena *arena)
{
    return btl_linkage_new(kinds, arena);
}

static void aarch64_write_veneer(uint8_t *bytes, uint64_t target)
{
    static const enum aarch64_field parts[] = {AARCH64_MOVW_G0_NC, AARCH64_MOVW_G1_NC,
                                               AARCH64_MOVW_G2_NC, AARCH64_MOVW_G3};
    memcpy(bytes, veneer, sizeof(veneer));
    for (size_t i = 0; i < BTL_COUNT(parts); i++)
        aarch64_field_store(bytes + AARCH64_INSTRUCTION_SIZE * i, parts[i], target);
}

void aarch64_write_entries(const struct btl_image *image)
{
    const struct btl_linkage *linkage = image->machine_data;
    for (uint32_t i = 0; i < linkage->count; i++) {
        const struct btl_linkage_entry *entry = &linkage->entries[i];
        uint8_t *bytes = image->memory + btl_linkage_offset(image, entry);
        uint64_t target = image->value[entry->target] + entry->offset;
        if (entry->kind == AARCH64_VENEER)
            aarch64_write_veneer(bytes, target);
        else
            memcpy(bytes, &target, sizeof(target));
    }
}
