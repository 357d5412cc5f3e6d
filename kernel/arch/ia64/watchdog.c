// SPDX-License-Identifier: BSD-2-Clause
// The watchdog: the processor's interval timer (Itanium SDM volume 2, 10.5.5, 5.8.3), as an
// external interrupt of the highest priority. PSR.i is set while it runs, and all other interrupts
// are masked. Code that clears PSR.i, and the firmware, which is called with it clear, are not
// interrupted. ivt.S returns from other interrupts.
#include "arch/ia64/cpu.h"
#include "arch/ia64/traps.h"
#include "base/arch.h"

#include <btl/kernel.h>

#define ITV_MASKED  (1ull << 16)
#define TPR_CLASSES (14ull << 4) // vectors below 0xf0
#define VECTORS     256
#define VECTOR_MIN                                                                                 \
    16 // below are the non-maskable one, those of another controller, and
       // 15: none

static struct {
    bool running;
    uint64_t itm, itv, tpr; // as found
    void (*expired)(const struct arch_registers *context);
} watchdog;

// Set the timer and return its deadline. ITM is compared for equality: a deadline that has passed
// before it is written is lost.
static uint64_t timer_arm(uint64_t ticks)
{
    uint64_t due = read_itc() + ticks;

    write_itv(WATCHDOG_VECTOR);
    write_itm(due);
    serialize();
    return due;
}

// Accept the pending interrupt of the highest priority and return its vector; below VECTOR_MIN:
// none was pending.
static uint64_t interrupt_take(void)
{
    uint64_t vector = read_ivr();

    serialize();
    if (vector >= VECTOR_MIN)
        write_eoi(0);
    serialize();
    return vector;
}

// Does the timer's interrupt arrive? Interrupts that the firmware has left pending are accepted
// before. Try more than once, for virtual processors that pause for a while.
static bool timer_interrupt_arrives(uint64_t ticks_per_second)
{
    for (int tries = 0; tries < 10; tries++) {
        uint64_t due = timer_arm(ticks_per_second / 100), until = due + ticks_per_second / 10;
        do {
            if (interrupt_take() == WATCHDOG_VECTOR && read_itc() >= due)
                return true;
        } while (read_itc() < until);
    }
    return false;
}

static void watchdog_restore(void)
{
    write_itv(ITV_MASKED);
    serialize();
    for (int i = 0; i < VECTORS && interrupt_take() >= VECTOR_MIN; i++)
        ;
    write_itm(watchdog.itm);
    write_itv(watchdog.itv);
    write_tpr(watchdog.tpr);
    serialize();
    watchdog.running = false;
}

bool arch_watchdog_start(uint32_t seconds, void (*expired)(const struct arch_registers *context))
{
    uint64_t rate = time_ticks_per_second(), ticks;

    if (watchdog.running || rate == 0 || !btl_mul(seconds, rate, &ticks))
        return false;
    watchdog.itm = read_itm();
    watchdog.itv = read_itv();
    watchdog.tpr = read_tpr();
    watchdog.expired = expired;
    watchdog.running = true;
    write_tpr(TPR_CLASSES);
    serialize();
    if (!timer_interrupt_arrives(rate)) {
        watchdog_restore();
        return false;
    }
    timer_arm(ticks);
    interrupts_on();
    return true;
}

// Called by a panic, which may have begun as an interruption.
void arch_watchdog_extend(uint32_t seconds)
{
    if (!watchdog.running)
        return;
    timer_arm(seconds * time_ticks_per_second());
    interrupts_on();
}

void arch_watchdog_stop(void)
{
    if (!watchdog.running)
        return;
    interrupts_off();
    watchdog_restore();
}

void watchdog_interrupt(const struct arch_registers *context)
{
    watchdog.expired(context);
    arch_halt(); // trap() does not return
}

// `next` uses the handler's stacks.
void arch_watchdog_leave(const struct arch_registers *context,
                         void (*next)(const struct arch_registers *context))
{
    next(context);
    arch_halt();
}
