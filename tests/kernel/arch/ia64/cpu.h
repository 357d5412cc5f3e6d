// SPDX-License-Identifier: BSD-2-Clause
// In the place of kernel/arch/ia64/cpu.h: the processor that paging.c and tlb.c use, as the test
// wants it.
#ifndef KERNEL_IA64_CPU_H
#define KERNEL_IA64_CPU_H

#include <btl/types.h>

extern uint64_t cpu_boot_root, cpu_root;
uint64_t physical_of(const void *at);
void purge_registers(uint64_t virtual, unsigned bits);

static inline uint64_t read_boot_root(void)
{
    return cpu_boot_root;
}

static inline void write_root(uint64_t value)
{
    cpu_root = value;
}

static inline void serialize(void)
{
}

void paging_init(void);

#define PORT_SPACE_SIZE (64ull << 20)
uint64_t port_space(void);

#endif
