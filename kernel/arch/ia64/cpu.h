// SPDX-License-Identifier: BSD-2-Clause
// Processor registers and instructions that C does not have. Addresses by region:
//
//   4  0x8000000000000000  the table of interruption vectors, pinned in a translation register
//   5  0xa000000000000000  window: the kernel and modules, from the current tree
//   6  0xc000000000000000  the I/O port space at its physical address, uncached
//   7  0xe000000000000000  direct map, from the current tree
#ifndef KERNEL_IA64_CPU_H
#define KERNEL_IA64_CPU_H

#define IVT_VIRTUAL  0x8000000000000000
#define IVT_SIZE     0x8000
#define IVT_PIN_BITS 16 // a translation register of 64 KiB: the vectors and 32 KiB of text behind
#define IVT_PIN_SLOT 2  // ITR; 0 and 1 are the loader's
#define IVT_RR4      0x10440 // region identifier 0x104, 64 KiB pages, VHPT walker off

// As in btl/boot.h and btl/manifest.h, which the assembler cannot read.
#define PTE_UNCACHED          0x10
#define MEMORY_MMIO           12
#define MEMORY_CACHE_TYPES    0x1f
#define MEMORY_WRITE_BACK_BIT 3

#ifndef __ASSEMBLER__
#include <btl/types.h>

#define READ_REGISTER(function, name)                                                              \
    static inline uint64_t function(void)                                                          \
    {                                                                                              \
        uint64_t value;                                                                            \
        __asm__ volatile("mov %0 = " name : "=r"(value));                                          \
        return value;                                                                              \
    }
#define WRITE_REGISTER(function, name)                                                             \
    static inline void function(uint64_t value)                                                    \
    {                                                                                              \
        __asm__ volatile("mov " name " = %0 ;;" : : "r"(value) : "memory");                        \
    }

READ_REGISTER(read_psr, "psr")
READ_REGISTER(read_iva, "cr.iva")
READ_REGISTER(read_dcr, "cr.dcr")
READ_REGISTER(read_itc, "ar.itc")
READ_REGISTER(read_io_base, "ar.k0")
READ_REGISTER(read_boot_root, "ar.k3") // the loader's
READ_REGISTER(read_root, "ar.k6")
READ_REGISTER(read_itm, "cr.itm")
READ_REGISTER(read_itv, "cr.itv")
READ_REGISTER(read_tpr, "cr.tpr")
READ_REGISTER(read_ivr, "cr.ivr")
WRITE_REGISTER(write_itm, "cr.itm")
WRITE_REGISTER(write_itv, "cr.itv")
WRITE_REGISTER(write_tpr, "cr.tpr")
WRITE_REGISTER(write_eoi, "cr.eoi")
WRITE_REGISTER(write_dcr, "cr.dcr")
WRITE_REGISTER(write_iva, "cr.iva")
WRITE_REGISTER(write_save_area, "ar.k5")
WRITE_REGISTER(write_root, "ar.k6")
WRITE_REGISTER(write_memory_table, "ar.k7")
#undef READ_REGISTER
#undef WRITE_REGISTER

static inline void serialize(void)
{
    __asm__ volatile(";; srlz.i ;; srlz.d ;;" : : : "memory");
}

static inline void interrupts_on(void)
{
    __asm__ volatile("ssm psr.i ;; srlz.d ;;" : : : "memory");
}

static inline void interrupts_off(void)
{
    __asm__ volatile("rsm psr.i ;;" : : : "memory");
}

// Drop translations of 2^bits bytes from registers and caches.
static inline void purge_registers(uint64_t virtual, unsigned bits)
{
    __asm__ volatile("ptr.d %0, %1 ;; ptr.i %0, %1 ;;"
                     :
                     : "r"(virtual), "r"((uint64_t)bits << 2)
                     : "memory");
}

// Return the physical address of mapped memory.
static inline uint64_t physical_of(const void *memory)
{
    uint64_t physical;

    __asm__ volatile("tpa %0 = %1 ;;" : "=r"(physical) : "r"(memory));
    return physical;
}

// The descriptor that a pointer to a function points to.
struct descriptor {
    uint64_t entry, gp;
};

// ivt.S
extern const char ivt[];
// paging.c
struct btl_manifest;
void paging_know_memory(const struct btl_manifest *manifest); // before paging_init()
void paging_init(void);
// port.c: physical address of the I/O port space, aligned to its size; 0: unknown
#define PORT_SPACE_SIZE (64ull << 20)
uint64_t port_space(void);
void port_init(uint64_t physical);

#endif
#endif
