// SPDX-License-Identifier: BSD-2-Clause
// Exceptions: the registers that the stubs (trap_stubs.S) save and traps.c prints.
#ifndef KERNEL_X86_64_TRAPS_H
#define KERNEL_X86_64_TRAPS_H

#include <btl/types.h>

#define TRAP_STUB_SIZE 16

enum {
    TRAP_NMI = 2,
    TRAP_DOUBLE_FAULT = 8,
    TRAP_PAGE_FAULT = 14,
    TRAP_MACHINE_CHECK = 18,
    TRAP_EXCEPTIONS = 32
};

// As trap_stubs.S pushes them; the last five are the processor's.
struct arch_registers {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
    uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss;
};
_Static_assert(sizeof(struct arch_registers) == 22 * 8, "trap_stubs.S");

extern const char trap_stubs[]; // 256 of TRAP_STUB_SIZE bytes
// Returns after an interrupt, and after an NMI that the watchdog has counted.
void trap(const struct arch_registers *registers);
// trap_stubs.S: end the interrupt and continue with a function that does not return, on another
// stack.
_Noreturn void trap_leave(void (*next)(const struct arch_registers *), const void *argument,
                          uint64_t stack_top);
// watchdog.c: handle an NMI. False: it is not the watchdog's.
bool watchdog_tick(const struct arch_registers *registers);

#endif
