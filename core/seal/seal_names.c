// SPDX-License-Identifier: BSD-2-Clause
// The words of a seal.
#include "seal_format.h"

const struct btl_str seal_kinds[BTL_SEAL_KINDS] = {
    [BTL_SEAL_CONFIG] = {"config", 6},
    [BTL_SEAL_KERNEL] = {"kernel", 6},
    [BTL_SEAL_FILE] = {"file", 4},
};

const struct btl_str seal_allows[BTL_SEAL_ALLOWS] = {{"safe", 4}, {"menu", 4}, {"shell", 5}};

struct btl_str btl_seal_kind_name(enum btl_seal_kind kind)
{
    return seal_kinds[kind];
}

struct btl_str btl_seal_allow_name(uint32_t bit)
{
    BTL_ASSERT(btl_is_power_of_two(bit) && bit < 1u << BTL_SEAL_ALLOWS);
    return seal_allows[__builtin_ctz(bit)];
}

uint32_t btl_seal_allow_of(struct btl_str word)
{
    for (uint32_t i = 0; i < BTL_SEAL_ALLOWS; i++) {
        if (btl_str_equal(seal_allows[i], word))
            return 1u << i;
    }
    return 0;
}

const char *seal_machine_name(const struct btl_machine *machine, char name[SEAL_MACHINE_NAME_SIZE])
{
    size_t len = 0;
    for (; machine->name[len] != '\0' && len + 1 < SEAL_MACHINE_NAME_SIZE; len++)
        name[len] = machine->name[len] == '-' ? '_' : machine->name[len];
    name[len] = '\0';
    return name;
}
