// SPDX-License-Identifier: BSD-2-Clause
// The watchdog of a PC: the I/O APIC turns the interrupt of the interval timer (8254, counter 0)
// into a non-maskable one for the one processor. Such an interrupt needs neither an enabled local
// APIC nor an end-of-interrupt, and arrives with interrupts off.
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/io_apic.h"
#include "arch/x86_64/madt.h"
#include "arch/x86_64/traps.h"
#include "base/arch.h"

#include <btl/kernel.h>

// --- the interval timer

#define PIT_HZ 1193182u
enum { PIT_COUNTER0 = 0x40, PIT_COMMAND = 0x43 };
enum {
    PIT_RATE_GENERATOR = 0x34, // counter 0, low byte then high, mode 2
    PIT_LOW_HIGH = 0x30,
    PIT_MODE_AND_BCD = 0x0f,
    PIT_READ_STATUS = 0xe2, // read-back: the status of counter 0
};
#define TICKS_PER_SECOND 20u
#define SLOW             (PIT_HZ / TICKS_PER_SECOND) // counts between two ticks
#define FAST             (PIT_HZ / 1000)             // for the test whether ticks arrive

static void pit_start(uint8_t command, uint16_t count)
{
    port_out8(PIT_COMMAND, command);
    port_out8(PIT_COUNTER0, (uint8_t)count);
    port_out8(PIT_COUNTER0, (uint8_t)(count >> 8));
}

static uint8_t pit_mode(void)
{
    port_out8(PIT_COMMAND, PIT_READ_STATUS);
    return port_in8(PIT_COUNTER0) & PIT_MODE_AND_BCD;
}

// --- the watchdog

static struct {
    bool running;
    struct interrupt_pin pin;
    uint32_t found_low, found_high; // the redirection entry before
    uint8_t found_mode;             // of the timer
    volatile uint32_t ticks, left;  // that have arrived; until it expires
    void (*expired)(const struct arch_registers *context);
} watchdog;

// Does the PC's system control port report another source of NMIs, a failing bus or device?
static bool is_hardware_error(void)
{
    enum { SYSTEM_CONTROL = 0x61, SERR_OR_IOCHK = 0xc0 };

    return port_in8(SYSTEM_CONTROL) & SERR_OR_IOCHK;
}

bool watchdog_tick(const struct arch_registers *context)
{
    if (!watchdog.running || is_hardware_error())
        return false;
    watchdog.ticks++;
    if (watchdog.left > 0 && --watchdog.left == 0)
        watchdog.expired(context);
    return true;
}

// The processor blocks further NMIs until an iretq, and uses the same stack for them.
void arch_watchdog_leave(const struct arch_registers *context,
                         void (*next)(const struct arch_registers *context))
{
    static struct arch_registers copy;

    copy = *context;
    trap_leave(next, &copy, panic_stack_top());
}

static uint32_t processor_id(void)
{
    uint32_t reg[4];

    cpuid(1, reg);
    return reg[1] >> 24;
}

// Do ticks arrive? The firmware may have replaced the timer. Port reads take about a microsecond
// each.
static bool watchdog_ticks_arrive(void)
{
    uint32_t before = watchdog.ticks;

    for (int i = 0; i < 1000000; i++) {
        if (watchdog.ticks != before)
            return true;
        pit_mode();
    }
    return false;
}

// Restore the hardware, and wait for a tick that is on its way: it is still the watchdog's. The
// timer's old period cannot be read; 0 is the longest one, with which a PC starts.
static void watchdog_restore(volatile uint32_t *registers)
{
    io_apic_redirect(registers, watchdog.pin.pin, watchdog.found_low, watchdog.found_high);
    pit_start(PIT_LOW_HIGH | watchdog.found_mode, 0);
    for (int i = 0; i < 100; i++)
        pit_mode();
    watchdog.running = false;
}

static bool watchdog_start_timer(volatile uint32_t *registers)
{
    uint32_t index = IO_APIC_REDIRECTION + 2 * watchdog.pin.pin;

    if (watchdog.pin.pin >= io_apic_pins(registers))
        return false;
    watchdog.found_low = io_apic_read(registers, index);
    watchdog.found_high = io_apic_read(registers, index + 1);
    watchdog.found_mode = pit_mode();
    watchdog.running = true;
    pit_start(PIT_RATE_GENERATOR, FAST);
    io_apic_redirect(registers, watchdog.pin.pin,
                     IO_APIC_NMI | (watchdog.pin.active_low ? IO_APIC_ACTIVE_LOW : 0),
                     processor_id() << 24);
    if (!watchdog_ticks_arrive()) {
        watchdog_restore(registers);
        return false;
    }
    pit_start(PIT_RATE_GENERATOR, SLOW);
    return true;
}

bool arch_watchdog_start(uint32_t seconds, void (*expired)(const struct arch_registers *context))
{
    volatile uint32_t *registers;
    uint64_t ticks;
    bool good;

    if (watchdog.running || !btl_mul(seconds, TICKS_PER_SECOND, &ticks) || ticks >= UINT32_MAX ||
        !madt_find_timer(&watchdog.pin))
        return false;
    registers = io_apic_open(watchdog.pin.io_apic);
    if (registers == NULL)
        return false;
    watchdog.left = 0; // nothing expires during the test
    watchdog.expired = expired;
    good = watchdog_start_timer(registers);
    io_apic_close(registers);
    watchdog.left = good ? (uint32_t)ticks : 0;
    return good;
}

void arch_watchdog_extend(uint32_t seconds)
{
    if (watchdog.running)
        watchdog.left = seconds * TICKS_PER_SECOND;
}

// If the I/O APIC cannot be mapped, only stop the timer.
void arch_watchdog_stop(void)
{
    volatile uint32_t *registers;
    bool on;

    if (!watchdog.running)
        return;
    watchdog.left = 0;
    registers = io_apic_open(watchdog.pin.io_apic);
    if (registers == NULL) {
        port_out8(PIT_COMMAND, PIT_LOW_HIGH); // mode 0, and no count
        return;
    }
    on = arch_interrupts_off(); // interrupts use the I/O APIC too
    watchdog_restore(registers);
    arch_interrupts_restore(on);
    io_apic_close(registers);
}
