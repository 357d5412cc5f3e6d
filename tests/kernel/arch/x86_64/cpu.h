// SPDX-License-Identifier: BSD-2-Clause
// Replaces kernel/arch/x86_64/cpu.h: the processor of paging.c, set by the test.
#ifndef KERNEL_X86_64_CPU_H
#define KERNEL_X86_64_CPU_H

#include <btl/types.h>

#define CR0_WP   (1ull << 16)
#define CR4_LA57 (1ull << 12)

#define MSR_EFER 0xc0000080u
#define EFER_NXE (1ull << 11)
#define MSR_PAT  0x277u

extern uint64_t cpu_cr0, cpu_cr3, cpu_cr4, cpu_efer, cpu_pat;
extern bool cpu_has_1g;

static inline uint64_t read_cr0(void)
{
    return cpu_cr0;
}

static inline uint64_t read_cr3(void)
{
    return cpu_cr3;
}

static inline uint64_t read_cr4(void)
{
    return cpu_cr4;
}

static inline void write_cr0(uint64_t value)
{
    cpu_cr0 = value;
}

static inline void write_cr3(uint64_t value)
{
    cpu_cr3 = value;
}

static inline uint64_t read_msr(uint32_t msr)
{
    return msr == MSR_EFER ? cpu_efer : cpu_pat;
}

static inline void write_msr(uint32_t msr, uint64_t value)
{
    *(msr == MSR_EFER ? &cpu_efer : &cpu_pat) = value;
}

static inline void cpuid(uint32_t leaf, uint32_t ret[static 4])
{
    ret[0] = 0x80000001u;
    ret[1] = ret[2] = 0;
    ret[3] = cpu_has_1g ? 1u << 26 : 0;
}

void paging_init(void);

#endif
