// SPDX-License-Identifier: BSD-2-Clause
#include "arch.h"
#include "arch/ia64/traps.h"

bool frame_register(const struct arch_registers *r, uint64_t index, uint64_t *ret_value)
{
    return false;
}
void arch_backtrace(const struct arch_registers *registers,
                    bool (*visit)(void *context, uint64_t address), void *context)
{
    if (registers != NULL)
        visit(context, registers->ip);
}
