// SPDX-License-Identifier: BSD-2-Clause
// The command line on the terminal.
#ifndef KERNEL_MONITOR_H
#define KERNEL_MONITOR_H

#include <btl/types.h>

struct command {
    const char *name, *arguments, *help;
    void (*run)(int argc, char **argv);
};

// commands.c: the kernel's own.
extern const struct command kernel_commands[];
extern const size_t kernel_command_count;

_Noreturn void monitor_run(const char *prompt);
// `help`: the kernel's commands and those that modules added.
void monitor_help(void);
// Takes out commands whose function or strings lie in [start, end). True: there were any.
bool monitor_forget(uint64_t start, uint64_t end);

#endif
