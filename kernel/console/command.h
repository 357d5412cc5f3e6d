// SPDX-License-Identifier: BSD-2-Clause
// Commands of the monitor: the kernel's own, and those that modules added (monitor_add() of
// btl/kernel.h).
#ifndef KERNEL_CONSOLE_COMMAND_H
#define KERNEL_CONSOLE_COMMAND_H

#include <btl/types.h>

struct command {
    const char *name, *arguments, *help; // arguments: "": none; NULL: the command checks them
    void (*run)(int argc, char **argv);
    bool shows; // it changes nothing, so that its output is no part of the log
};

// monitor/commands.c
extern const struct command kernel_commands[];
extern const size_t kernel_command_count;

// Command number `index`, the kernel's first; NULL after the last one.
const struct command *command_get(uint32_t index);
const struct command *command_find(const char *name);
// Remove the commands whose function or strings lie in [start, end). True: there were any.
bool command_forget(uint64_t start, uint64_t end);

#endif
