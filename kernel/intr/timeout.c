// SPDX-License-Identifier: BSD-2-Clause
// Timeouts: a list in the order in which they are due. The timer of the machine is set to the
// first.
#include "intr/intr.h"

#include "base/arch.h"
#include "base/lock.h"
#include "base/symbols.h"

#include <btl/kernel.h>

static struct btl_timeout *pending;
static struct btl_lock lock = BTL_LOCK("timeouts");

// Never, if the counter does not reach it.
static uint64_t timeout_due(uint64_t microseconds)
{
    uint64_t rate = time_ticks_per_second(), due;

    if (!btl_mul(microseconds / 1000000, rate, &due) ||
        !btl_add(due, microseconds % 1000000 * rate / 1000000, &due) ||
        !btl_add(due, time_ticks(), &due))
        return UINT64_MAX;
    return due;
}

static void timer_set_to_first(void)
{
    uint64_t now = time_ticks();

    if (pending != NULL && interrupts_started())
        arch_timer_set(pending->due > now ? pending->due - now : 1);
}

// Insert behind those that are due at the same time.
static void timeout_insert(struct btl_timeout *timeout)
{
    struct btl_timeout **at = &pending;

    while (*at != NULL && (*at)->due <= timeout->due)
        at = &(*at)->next;
    timeout->next = *at;
    *at = timeout;
    timeout->pending = true;
}

static void timeout_remove(struct btl_timeout **at)
{
    struct btl_timeout *timeout = *at;

    *at = timeout->next;
    timeout->next = NULL;
    timeout->pending = false;
}

int timeout_add(struct btl_timeout *timeout, uint64_t microseconds,
                void (*function)(void *argument), void *argument)
{
    int error = 0;

    if (timeout == NULL || function == NULL)
        return BTL_EINVAL;
    if (time_ticks_per_second() == 0)
        return BTL_ENOSYS;
    lock_acquire(&lock);
    if (timeout->pending) {
        error = BTL_EBUSY;
    } else {
        timeout->function = function;
        timeout->argument = argument;
        timeout->due = timeout_due(microseconds);
        timeout_insert(timeout);
        timer_set_to_first();
    }
    lock_release(&lock);
    return error;
}

bool timeout_cancel(struct btl_timeout *timeout)
{
    struct btl_timeout **at = &pending;
    bool found;

    lock_acquire(&lock);
    while (*at != NULL && *at != timeout)
        at = &(*at)->next;
    found = *at != NULL;
    if (found)
        timeout_remove(at);
    lock_release(&lock);
    return found;
}

static void timeout_call(struct btl_timeout *timeout)
{
    struct handler handler = {.kind = "a timeout",
                              .function = (const void *)(uintptr_t)timeout->function};

    handler_begin(&handler);
    timeout->function(timeout->argument);
    handler_end();
}

// A function may add its timeout again: it runs in the next round at the earliest, even if it is
// due at once.
void timeouts_run(void)
{
    uint64_t now = time_ticks();

    while (pending != NULL && pending->due <= now) {
        struct btl_timeout *timeout = pending;
        timeout_remove(&pending);
        timeout_call(timeout);
    }
    timer_set_to_first();
}

static bool timeout_is_in(const struct btl_timeout *timeout, uint64_t start, uint64_t end)
{
    return (uint64_t)(uintptr_t)timeout - start < end - start ||
           (uint64_t)(uintptr_t)timeout->function - start < end - start;
}

void timeouts_forget(struct btl_str module, uint64_t start, uint64_t end)
{
    uint32_t count = 0;

    lock_acquire(&lock);
    for (struct btl_timeout **at = &pending; *at != NULL;) {
        if (timeout_is_in(*at, start, end)) {
            timeout_remove(at);
            count++;
        } else {
            at = &(*at)->next;
        }
    }
    lock_release(&lock);
    if (count > 0)
        kprintf("%pS: did not cancel %u of its timeouts; cancelled now\n", &module, count);
}

void timeouts_print(void)
{
    uint32_t count = 0;

    lock_acquire(&lock);
    for (const struct btl_timeout *at = pending; at != NULL; at = at->next)
        count++;
    lock_release(&lock);
    kprintf("%u timeouts are pending\n", count);
}
