// SPDX-License-Identifier: BSD-2-Clause
// What may be interrupted: locks (btl/intr.h), and which handler is running.
#ifndef KERNEL_BASE_LOCK_H
#define KERNEL_BASE_LOCK_H

#include <btl/intr.h>
#include <btl/str.h>

// A handler of an interrupt, or the function of a timeout.
struct handler {
    const char *kind;     // "an interrupt handler", "a timeout"
    const void *function; // whose module is named
    const char *name;     // of its source; NULL: none
};

// Call a handler's function between these, with interrupts off. Locks that it leaves are a panic.
void handler_begin(const struct handler *handler);
void handler_end(void);
// NULL: no handler is running.
const struct handler *handler_running(void);
// From now on nothing is a handler and no lock is held: a panic may call everything. Return the
// handler that was running; NULL: none.
const struct handler *handler_abandon(void);
// A panic that names the function and its caller, if a handler is running.
void handler_forbid(const char *function, const void *caller);

// A module's function has returned: name and release the locks that it holds, and switch interrupts
// on again if it has switched them off. `on`: they were on before.
void locks_forget(struct btl_str module, const char *function, bool on);
// Release and name the locks in [start, end), the image of a module that goes.
void locks_forget_image(struct btl_str module, uint64_t start, uint64_t end);

// For a wait: release the lock, which must be the only one, with interrupts off; and the reverse.
// Return whether interrupts were on before the lock was acquired: `on`.
bool lock_suspend(struct btl_lock *lock, const void *caller);
void lock_resume(struct btl_lock *lock, const void *caller, bool on);

#endif
