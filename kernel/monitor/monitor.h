// SPDX-License-Identifier: BSD-2-Clause
// The command line on the terminal.
#ifndef KERNEL_MONITOR_H
#define KERNEL_MONITOR_H

_Noreturn void monitor_run(const char *prompt);
// `help`: the kernel's commands and those that modules added.
void monitor_help(void);

#endif
