// SPDX-License-Identifier: BSD-2-Clause
// Interrupts, timeouts and waiting (btl/intr.h): the parts that are the same on every machine.
#ifndef KERNEL_INTR_H
#define KERNEL_INTR_H

#include <btl/format.h>
#include <btl/intr.h>

// --- intr.c: the handlers
// Start interrupts, if the machine has some, and print what it has.
void interrupts_start(void);
bool interrupts_started(void);
// An interrupt has arrived at a slot. Called with interrupts off.
void intr_dispatch(uint32_t slot);
// Free handlers that were detached inside a handler. Outside of handlers.
void intr_reap(void);
// Detach and name the handlers of a module that goes: those whose function lies in [start, end).
void intr_forget(struct btl_str module, uint64_t start, uint64_t end);
void intr_print(void);
// Number of interrupts that handlers have claimed.
uint64_t intr_claimed(void);

// --- timeout.c
// Call what is due. Called with interrupts off.
void timeouts_run(void);
// Cancel and name the timeouts whose function or variable lies in [start, end).
void timeouts_forget(struct btl_str module, uint64_t start, uint64_t end);
void timeouts_print(void);

// --- wait.c
// Do what handlers have left to do: free, and print.
void handlers_finish(void);

#endif
