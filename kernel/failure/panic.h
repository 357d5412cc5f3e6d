// SPDX-License-Identifier: BSD-2-Clause
// Panics: the end after a fault in the kernel or a module. kpanic() is exported to modules.
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

#include "base/arch.h"

// Begin a panic; the caller prints what happened, then calls panic_end(). A panic inside a panic
// stops at once.
void panic_begin(void);
bool panic_is_active(void);
// Print registers (of the interrupted context, or NULL) and backtrace, and end. If there is a last
// good configuration, message and backtrace are recorded and the machine is reset.
_Noreturn void panic_end(const struct arch_registers *registers);
// Print the active calls, one line each.
void backtrace_print(const struct arch_registers *registers);

#endif
