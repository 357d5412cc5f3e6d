// SPDX-License-Identifier: BSD-2-Clause
// The relocators, by machine.
#include "reloc.h"

// Every relocator is in every build, and e_machine chooses one.
static const struct btl_relocator *const relocators[] = {
    &btl_relocator_x86_64,
    &btl_relocator_ia64,
    &btl_relocator_aarch64,
};

const struct btl_relocator *btl_relocator_find(uint16_t machine)
{
    for (size_t i = 0; i < BTL_COUNT(relocators); i++)
        if (relocators[i]->machine == machine)
            return relocators[i];
    return NULL;
}

const char *btl_reloc_name(uint16_t machine, uint32_t type)
{
    const struct btl_relocator *found = btl_relocator_find(machine);
    const struct btl_reloc_type *row = found != NULL ? btl_reloc_type_find(found, type) : NULL;
    return row != NULL ? row->name : NULL;
}
