// SPDX-License-Identifier: BSD-2-Clause
// The interval time counter and the jump to the hand-off area.
#include "cpu.h"

#include "ia64/descriptor.h"
#include "ia64/handoff_ia64.h"

#define PHYSICAL_BITS 50 // of a translation; the memory map shows the machine's own limit

void cpu_features(struct paging_cpu *ret_cpu)
{
    *ret_cpu = (struct paging_cpu){.no_execute = true, .physical_bits = PHYSICAL_BITS};
}

uint64_t cpu_ticks(void)
{
    uint64_t ticks;
    __asm__ volatile("mov %0 = ar.itc" : "=r"(ticks) : : "memory");
    return ticks;
}

// The ports of an Itanium are memory whose address only the firmware's tables tell.
bool cpu_port_read(uint16_t port, uint32_t width, uint32_t *ret_value)
{
    (void)port, (void)width, (void)ret_value;
    return false;
}

bool cpu_port_write(uint16_t port, uint32_t width, uint32_t value)
{
    (void)port, (void)width, (void)value;
    return false;
}

// The Limine protocol, which starts other processors, has no ia64.
void cpu_start_processors(struct processors *processors)
{
}

uint64_t cpu_place_code(const uint8_t *code)
{
    return 0;
}

void cpu_hand_off(const struct handoff *handoff)
{
    struct handoff_ia64 arguments;
    // The copied code is called through its own descriptor and needs no gp.
    uint64_t descriptor[2] = {handoff->code + HANDOFF_IA64_ENTRY, 0};
    void (*code)(const struct handoff_ia64 *) =
        (void (*)(const struct handoff_ia64 *))cpu_function(descriptor);
    handoff_ia64_fill(handoff, &arguments);
    code(&arguments);
}
