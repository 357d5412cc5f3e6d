// SPDX-License-Identifier: BSD-2-Clause
// Interruptions: the registers that ivt.S saves and traps.c prints.
#ifndef KERNEL_IA64_TRAPS_H
#define KERNEL_IA64_TRAPS_H

#define TRAP_STACK_SIZE 0x4000 // and as much for the register stack
#define FPSR_DEFAULT    0x9804c0270033f

// The interrupt of the watchdog, and its `vector` for trap(), which is no offset in the table.
#define WATCHDOG_VECTOR 0xff
#define TRAP_WATCHDOG   0x31

#define PSR_IC  (1 << 13)
#define PSR_I   (1 << 14)
#define PSR_DT  (1 << 17)
#define PSR_DFH (1 << 19)
#define PSR_RT  (1 << 27)
#define PSR_IT  (1 << 36)
#define PSR_BN  (1 << 44)

#ifndef __ASSEMBLER__
#include <btl/types.h>

// As ivt.S stores them. r[0] is no register; r[12] is the stack pointer.
struct arch_registers {
    uint64_t vector, ip, psr, ifa, isr, iim, itir, iipa;
    uint64_t unat, pr, pfs, rsc, fpsr, ccv, lc, ec;
    uint64_t b[8];
    uint64_t r1_to_r31[31];
    uint64_t ifs, bsp;       // of the interrupted frame; bsp is after it
    uint64_t bspstore, rnat; // registers between bspstore and bsp …
    uint64_t moved_to;       // … were written from here on
    uint64_t nat;            // ar.unat after the spills
};
_Static_assert(sizeof(struct arch_registers) == 61 * 8, "ivt.S");

extern struct arch_registers trap_registers;
_Noreturn void trap(const struct arch_registers *registers);

// watchdog.c
_Noreturn void watchdog_interrupt(const struct arch_registers *context);

// unwind.c: read register 32 + index of the interrupted frame. False: its backing store cannot be
// read.
bool frame_register(const struct arch_registers *registers, uint64_t index, uint64_t *ret_value);

#endif
#endif
