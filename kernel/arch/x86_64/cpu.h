// SPDX-License-Identifier: BSD-2-Clause
// Processor registers and instructions that C does not have.
#ifndef KERNEL_X86_64_CPU_H
#define KERNEL_X86_64_CPU_H

#include <btl/types.h>

#define CR0_WP   (1ull << 16)
#define CR4_LA57 (1ull << 12)

#define FLAGS_INTERRUPTS (1ull << 9)

#define MSR_EFER 0xc0000080u
#define EFER_NXE (1ull << 11)
#define MSR_PAT  0x277u

#define READ_CR(n)                                                                                 \
    static inline uint64_t read_cr##n(void)                                                        \
    {                                                                                              \
        uint64_t value;                                                                            \
        __asm__ volatile("mov %%cr" #n ", %0" : "=r"(value));                                      \
        return value;                                                                              \
    }
READ_CR(0)
READ_CR(2)
READ_CR(3)
READ_CR(4)
#undef READ_CR

static inline void write_cr0(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline void write_cr3(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline uint64_t read_msr(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void write_msr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr"
                     :
                     : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
                     : "memory");
}

static inline void cpuid(uint32_t leaf, uint32_t ret[static 4])
{
    __asm__ volatile("cpuid"
                     : "=a"(ret[0]), "=b"(ret[1]), "=c"(ret[2]), "=d"(ret[3])
                     : "a"(leaf), "c"(0));
}

static inline uint64_t read_flags(void)
{
    uint64_t value;
    __asm__ volatile("pushfq\n\tpopq %0" : "=r"(value) : : "memory");
    return value;
}

// intr.c: an interrupt, by its vector.
void interrupt(uint64_t vector);
// descriptors.c
void descriptors_init(void);
// Return the top of the stack for a panic that the watchdog begins.
uint64_t panic_stack_top(void);
// Return the bounds of the interrupt or panic stack that holds `address`. False: none does.
bool interrupt_stack_bounds(uint64_t address, uint64_t *ret_start, uint64_t *ret_end);
// paging.c
void paging_init(void);

#endif
