// SPDX-License-Identifier: BSD-2-Clause
// The end, when something is wrong with the kernel or a module. kpanic() is exported to modules.
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

#include "base/arch.h"

// Between the two the caller says what happened. A panic inside a panic stops at once.
void panic_begin(void);
bool panic_is_shown(void);
// Registers (of the interrupted context, or NULL), backtrace, the end: where there is a last good
// configuration, the message and the backtrace are recorded and the machine is reset.
_Noreturn void panic_end(const struct arch_registers *registers);
// The active calls, one line each.
void backtrace_print(const struct arch_registers *registers);

#endif
