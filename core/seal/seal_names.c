// SPDX-License-Identifier: BSD-2-Clause
// The words of a seal.
#include "seal_format.h"

const struct btl_str seal_kinds[BTL_SEAL_KINDS] = {
    [BTL_SEAL_CONFIG] = {"config", 6},
    [BTL_SEAL_KERNEL] = {"kernel", 6},
    [BTL_SEAL_FILE] = {"file", 4},
};

const struct btl_str seal_allows[BTL_SEAL_ALLOWS] = {{"safe", 4}, {"menu", 4}, {"shell", 5}};

const char *seal_machine_name(const struct btl_machine *machine, char name[SEAL_MACHINE_NAME_SIZE])
{
    size_t len = 0;
    for (; machine->name[len] != '\0' && len + 1 < SEAL_MACHINE_NAME_SIZE; len++)
        name[len] = machine->name[len] == '-' ? '_' : machine->name[len];
    name[len] = '\0';
    return name;
}
