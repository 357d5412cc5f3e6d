// SPDX-License-Identifier: BSD-2-Clause
// The monitor: a command line on the terminal.
#ifndef KERNEL_MONITOR_H
#define KERNEL_MONITOR_H

_Noreturn void monitor_run(const char *prompt);
// Print the list of all commands.
void monitor_help(void);

#endif
