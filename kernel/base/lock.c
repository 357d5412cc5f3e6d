// SPDX-License-Identifier: BSD-2-Clause
// Locks of one processor: the first that is acquired switches interrupts off, the last that is
// released switches them on again if they were on. The locks that are held form a list.
#include "base/lock.h"

#include "base/arch.h"
#include "base/symbols.h"

#include <btl/kernel.h>

static struct btl_lock *held; // the newest first
static bool interrupted_on;   // interrupts were on before the first
static const struct handler *running;

static struct btl_str lock_owner(const void *code)
{
    return symbol_owner((uint64_t)(uintptr_t)code);
}

static void lock_push(struct btl_lock *lock, const void *caller)
{
    lock->holder = caller;
    lock->next = held;
    held = lock;
}

static _Noreturn void lock_refuse(const struct btl_lock *lock, const void *caller)
{
    struct btl_str name = lock_owner(caller), holder = lock_owner(lock->holder);

    kpanic("%pS acquires the lock \"%s\", which %pS holds (0x%lx)", &name, lock->name, &holder,
           (uint64_t)(uintptr_t)lock->holder);
}

void lock_acquire(struct btl_lock *lock)
{
    const void *caller = __builtin_return_address(0);
    bool on = arch_interrupts_off();

    if (lock->holder != NULL)
        lock_refuse(lock, caller);
    if (held == NULL)
        interrupted_on = on;
    lock_push(lock, caller);
}

static void lock_remove(struct btl_lock **link)
{
    struct btl_lock *lock = *link;

    *link = lock->next;
    lock->holder = NULL;
    lock->next = NULL;
}

// The place of a held lock; a panic if it is not held.
static struct btl_lock **lock_find(const struct btl_lock *lock, const void *caller)
{
    struct btl_lock **link = &held;
    struct btl_str name;

    while (*link != NULL && *link != lock)
        link = &(*link)->next;
    if (*link != NULL)
        return link;
    name = lock_owner(caller);
    kpanic("%pS releases the lock \"%s\", which is not held", &name, lock->name);
}

void lock_release(struct btl_lock *lock)
{
    lock_remove(lock_find(lock, __builtin_return_address(0)));
    if (held == NULL)
        arch_interrupts_restore(interrupted_on);
}

bool lock_suspend(struct btl_lock *lock, const void *caller)
{
    struct btl_str name;

    handler_forbid("lock_wait", caller);
    if (held == lock && lock->next == NULL) {
        lock_remove(&held);
        return interrupted_on;
    }
    name = lock_owner(caller);
    kpanic("%pS waits with the lock \"%s\": it must hold this one, and no other", &name,
           lock->name);
}

// Handlers have acquired locks meanwhile.
void lock_resume(struct btl_lock *lock, const void *caller, bool on)
{
    interrupted_on = on;
    lock_push(lock, caller);
}

void locks_forget(struct btl_str module, const char *function, bool on)
{
    bool left = held != NULL;

    while (held != NULL) {
        kprintf("%pS: its %s function has returned with the lock \"%s\" held; released now\n",
                &module, function, held->name);
        lock_remove(&held);
    }
    if (!arch_interrupts_off() && on && !left)
        kprintf("%pS: its %s function has returned with interrupts off; on again now\n", &module,
                function);
    arch_interrupts_restore(on);
}

void locks_forget_image(struct btl_str module, uint64_t start, uint64_t end)
{
    for (struct btl_lock **link = &held; *link != NULL;) {
        if ((uint64_t)(uintptr_t)*link - start >= end - start) {
            link = &(*link)->next;
            continue;
        }
        kprintf("%pS: did not release the lock \"%s\"; released now\n", &module, (*link)->name);
        lock_remove(link);
        if (held == NULL)
            arch_interrupts_restore(interrupted_on);
    }
}

void handler_begin(const struct handler *handler)
{
    running = handler;
}

void handler_end(void)
{
    struct btl_str name;

    if (held != NULL) {
        name = lock_owner(running->function);
        kpanic("%s of %pS has returned with the lock \"%s\" held", running->kind, &name,
               held->name);
    }
    running = NULL;
}

const struct handler *handler_running(void)
{
    return running;
}

const struct handler *handler_abandon(void)
{
    const struct handler *handler = running;

    running = NULL;
    while (held != NULL)
        lock_remove(&held);
    return handler;
}

void handler_forbid(const char *function, const void *caller)
{
    struct btl_str name;

    if (running == NULL)
        return;
    name = lock_owner(caller);
    kpanic("%s() called by %pS in an interrupt handler, where it must not be called (btl/intr.h)",
           function, &name);
}
