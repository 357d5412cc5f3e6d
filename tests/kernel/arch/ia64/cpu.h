// SPDX-License-Identifier: BSD-2-Clause
// Replaces kernel/arch/ia64/cpu.h: the processor of paging.c and tlb.c, set by the test.
#ifndef KERNEL_IA64_CPU_H
#define KERNEL_IA64_CPU_H

#include <btl/types.h>

#define PTE_UNCACHED          0x10
#define MEMORY_MMIO           12
#define MEMORY_CACHE_TYPES    0x1f
#define MEMORY_WRITE_BACK_BIT 3

extern uint64_t cpu_boot_root, cpu_root, cpu_memory_table;
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

static inline void write_memory_table(uint64_t value)
{
    cpu_memory_table = value;
}

static inline void serialize(void)
{
}

struct btl_manifest;
void paging_know_memory(const struct btl_manifest *manifest);
void paging_init(void);

#define PORT_SPACE_SIZE (64ull << 20)
uint64_t port_space(void);

#endif
