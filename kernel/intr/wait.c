// SPDX-License-Identifier: BSD-2-Clause
// Waiting for an interrupt, under a lock.
#include "base/arch.h"
#include "base/lock.h"
#include "console/print.h"
#include "intr/intr.h"

#include <btl/kernel.h>

static void wait_over(void *argument)
{
    (void)argument; // the interrupt of the timer has ended the wait
}

void handlers_finish(void)
{
    intr_reap();
    console_print_deferred();
}

// Without interrupts the caller's loop polls, and so do timeouts.
static void lock_poll(void)
{
    timeouts_run();
    handlers_finish();
    arch_pause();
}

// Interrupts are off.
static void wait_for_interrupt(uint64_t microseconds)
{
    static struct btl_timeout limit;

    if (timeout_add(&limit, microseconds, wait_over, NULL) == 0)
        arch_interrupts_wait();
    arch_interrupts_restore(true);
    timeout_cancel(&limit);
    handlers_finish();
    arch_interrupts_off();
}

void lock_wait(struct btl_lock *lock, uint64_t microseconds)
{
    const void *caller = __builtin_return_address(0);
    bool on = lock_suspend(lock, caller);

    if (on && interrupts_started())
        wait_for_interrupt(microseconds);
    else
        lock_poll();
    lock_resume(lock, caller, on);
}
