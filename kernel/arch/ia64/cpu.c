// SPDX-License-Identifier: BSD-2-Clause
// The processor: vectors, cache, stacks.
#include "arch/ia64/cpu.h"

#include "arch/ia64/traps.h"
#include "base/arch.h"
#include "base/handoff.h"

#include <btl/boot.h>
#include <btl/kernel.h>

#define DCR_DEFER_ALL 0x7f00 // a speculative load that faults leaves a NaT instead
#define HANDOFF_BITS  16     // log2 of BTL_IA64_HANDOFF_SIZE
_Static_assert(BTL_IA64_HANDOFF_SIZE == 1u << HANDOFF_BITS, "ITR 0 and DTR 3");
#define PIN_FLAGS                                                                                  \
    (BTL_IA64_PTE_PRESENT | BTL_IA64_PTE_ACCESSED | BTL_IA64_PTE_DIRTY | BTL_IA64_PTE_RX)

// Pin the vectors and the text after them at an address of their own, which no purge in the window
// or the direct map touches. With PSR.ic off no miss can be handled: this function is right after
// the vectors, where the loader's ITR 1 pins it (kernel.ld).
__attribute__((noinline, section(".text.entry"))) static void pin_vectors(void)
{
    uint64_t translation = physical_of(ivt) | PIN_FLAGS, psr;

    __asm__ volatile("mov rr[%0] = %1 ;; srlz.d ;;" : : "r"(IVT_VIRTUAL), "r"(IVT_RR4) : "memory");
    __asm__ volatile("mov %0 = psr ;;\n\t"
                     "rsm psr.i | psr.ic ;;\n\t"
                     "srlz.i ;;\n\t"
                     "mov cr.ifa = %1\n\t"
                     "mov cr.itir = %2 ;;\n\t"
                     "srlz.d ;;\n\t"
                     "itr.i itr[%3] = %4 ;;\n\t"
                     "srlz.i ;;\n\t"
                     "mov psr.l = %0 ;;\n\t"
                     "srlz.i ;; srlz.d ;;"
                     : "=&r"(psr)
                     : "r"(IVT_VIRTUAL), "r"((uint64_t)IVT_PIN_BITS << 2),
                       "r"((uint64_t)IVT_PIN_SLOT), "r"(translation)
                     : "memory");
}

// The loader's vectors are used until cr.iva is written. Then its hand-off area is ordinary memory,
// and the translation registers for it are purged so that they do not overlap new entries.
void arch_init(void)
{
    uint64_t handoff = read_iva();

    paging_init();
    write_save_area(physical_of(&trap_registers));
    pin_vectors();
    write_dcr(DCR_DEFER_ALL);
    write_iva(IVT_VIRTUAL);
    serialize();
    purge_registers(handoff, HANDOFF_BITS);
    serialize();
}

void arch_pause(void)
{
    __asm__ volatile("hint @pause" : : : "memory");
}

void arch_halt(void)
{
    for (;;)
        arch_pause(); // the watchdog may still interrupt
}

uint64_t time_ticks(void)
{
    return read_itc();
}

// Make each line of the instruction cache agree with memory (SDM volume 2, 4.4.6.2).
void arch_sync_code(uint64_t address, uint64_t size)
{
    for (uint64_t at = address & ~31ull; at < address + size; at += 32)
        __asm__ volatile("fc.i %0" : : "r"(at) : "memory");
    __asm__ volatile(";; sync.i ;; srlz.i ;;" : : : "memory");
}

const size_t arch_descriptor_size = sizeof(struct descriptor);

uint64_t arch_function_entry(uint64_t pointer)
{
    return ((const struct descriptor *)pointer)->entry;
}

bool arch_boot_stack(unsigned index, struct arch_range *ret)
{
    const struct btlm_system *system = boot_system();
    uint64_t size = system->stack_size;

    if (index == 0)
        *ret = (struct arch_range){system->stack_virtual, system->stack_physical, size};
    if (index == 1)
        *ret = (struct arch_range){system->stack_virtual + size + BTL_IA64_STACK_GUARD,
                                   system->stack_physical + size, size};
    return index < 2;
}
