// SPDX-License-Identifier: BSD-2-Clause
// Interrupts of a PC: the local APIC of the one processor (Intel SDM volume 3, chapter 11), its
// timer, and the pins of the I/O APICs. The 8259s stay masked.
#include "intr/intr.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/io_apic.h"
#include "arch/x86_64/madt.h"
#include "arch/x86_64/traps.h"
#include "base/arch.h"

#include <btl/kernel.h>

enum { VECTOR_FIRST = 0x40, VECTOR_TIMER = 0xf0, VECTOR_SPURIOUS = 0xff };
_Static_assert(VECTOR_FIRST + ARCH_INTR_SLOTS <= VECTOR_TIMER, "vectors");

// --- the local APIC: registers in memory, or in x2APIC mode in MSRs

#define MSR_APIC_BASE 0x1bu
enum { APIC_BASE_X2 = 1 << 10, APIC_BASE_ON = 1 << 11 };
#define APIC_BASE_ADDRESS 0x000ffffffffff000ull
#define MSR_X2APIC        0x800u
#define LOCAL_APIC_SIZE   4096

enum { // bytes
    APIC_ID = 0x20,
    APIC_TASK_PRIORITY = 0x80,
    APIC_END = 0xb0,
    APIC_SPURIOUS = 0xf0,
    APIC_IN_SERVICE = 0x100, // 8 registers
    APIC_TIMER = 0x320,
    APIC_LINT0 = 0x350,
    APIC_TIMER_COUNT = 0x380,
    APIC_TIMER_LEFT = 0x390,
    APIC_TIMER_DIVIDE = 0x3e0
};
enum { APIC_ENABLE = 1 << 8, LVT_MASKED = 1 << 16, DIVIDE_BY_16 = 3 };

static uint8_t *local_apic; // NULL: x2APIC
static uint64_t timer_rate; // counts per second

static uint32_t apic_read(uint32_t at)
{
    return local_apic != NULL ? *(volatile uint32_t *)(void *)(local_apic + at)
                              : (uint32_t)read_msr(MSR_X2APIC + at / 16);
}

static void apic_write(uint32_t at, uint32_t value)
{
    if (local_apic != NULL)
        *(volatile uint32_t *)(void *)(local_apic + at) = value;
    else
        write_msr(MSR_X2APIC + at / 16, value);
}

static uint32_t apic_id(void)
{
    uint32_t id = apic_read(APIC_ID);

    return local_apic != NULL ? id >> 24 : id;
}

static bool apic_open(void)
{
    uint64_t base = read_msr(MSR_APIC_BASE);

    if (!(base & APIC_BASE_ON))
        return false;
    if (base & APIC_BASE_X2)
        return true;
    local_apic = map_device(base & APIC_BASE_ADDRESS, LOCAL_APIC_SIZE);
    return local_apic != NULL;
}

// What the firmware has left unfinished is over.
static void apic_enable(void)
{
    apic_write(APIC_TIMER, LVT_MASKED);
    apic_write(APIC_LINT0, LVT_MASKED); // the 8259s
    apic_write(APIC_TASK_PRIORITY, 0);
    apic_write(APIC_SPURIOUS, APIC_ENABLE | VECTOR_SPURIOUS);
    for (uint32_t i = 0; i < 256; i++)
        if (apic_read(APIC_IN_SERVICE + i / 32 * 16) != 0)
            apic_write(APIC_END, 0);
}

static void pic_mask(void)
{
    enum { PIC_DATA = 0x21, PIC_SLAVE_DATA = 0xa1 };

    port_out8(PIC_DATA, 0xff);
    port_out8(PIC_SLAVE_DATA, 0xff);
}

// --- the timer

#define CALIBRATIONS 100 // of a second

// Count for a hundredth of a second. False: the rate of the time stamp counter is unknown, or the
// timer does not count.
static bool timer_calibrate(void)
{
    uint64_t ticks = time_ticks_per_second() / CALIBRATIONS, start, passed;

    if (ticks == 0)
        return false;
    apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_16);
    apic_write(APIC_TIMER_COUNT, UINT32_MAX);
    start = time_ticks();
    do
        passed = time_ticks() - start;
    while (passed < ticks);
    timer_rate = UINT32_MAX - apic_read(APIC_TIMER_LEFT);
    timer_rate = timer_rate * time_ticks_per_second() / passed;
    apic_write(APIC_TIMER_COUNT, 0);
    apic_write(APIC_TIMER, VECTOR_TIMER);
    return timer_rate != 0;
}

// A count that does not fit interrupts early; timeouts_run() then sets the timer again.
void arch_timer_set(uint64_t ticks)
{
    uint64_t count, rate = time_ticks_per_second();

    if (!btl_mul(ticks, timer_rate, &count) || count / rate >= UINT32_MAX)
        count = UINT32_MAX;
    else
        count = count / rate + 1;
    apic_write(APIC_TIMER_COUNT, (uint32_t)count);
}

// --- the I/O APICs, mapped for good

#define IO_APICS_MAX 16

static struct {
    uint64_t physical;
    volatile uint32_t *registers;
    uint32_t pins;
} io_apics[IO_APICS_MAX];
static uint32_t io_apic_count;

static void io_apics_open(void)
{
    uint64_t physical;

    for (uint32_t i = 0; io_apic_count < IO_APICS_MAX && madt_io_apic(i, &physical); i++) {
        volatile uint32_t *registers = io_apic_open(physical);
        if (registers == NULL)
            continue;
        io_apics[io_apic_count].physical = physical;
        io_apics[io_apic_count].registers = registers;
        io_apics[io_apic_count++].pins = io_apic_pins(registers);
    }
}

static volatile uint32_t *line_find(uint32_t line, struct interrupt_pin *ret)
{
    if (!madt_find_interrupt(line, ret))
        return NULL;
    for (uint32_t i = 0; i < io_apic_count; i++)
        if (io_apics[i].physical == ret->io_apic && ret->pin < io_apics[i].pins)
            return io_apics[i].registers;
    return NULL;
}

// Interrupt 0 is the watchdog's timer, 2 the cascade of the 8259s. A line of PCI is
// level-triggered; its polarity is the table's if that agrees, else low.
bool arch_line_route(uint32_t line, bool of_pci, uint32_t slot)
{
    struct interrupt_pin pin;
    volatile uint32_t *registers = line_find(line, &pin);
    uint32_t low = IO_APIC_MASKED | (VECTOR_FIRST + slot);

    if (registers == NULL || line == 0 || line == 2)
        return false;
    if (of_pci && !pin.level)
        pin.level = pin.active_low = true;
    low |= (pin.level ? IO_APIC_LEVEL : 0) | (pin.active_low ? IO_APIC_ACTIVE_LOW : 0);
    io_apic_redirect(registers, pin.pin, low, apic_id() << 24);
    return true;
}

void arch_line_switch(uint32_t line, bool on)
{
    struct interrupt_pin pin;
    volatile uint32_t *registers = line_find(line, &pin);
    uint32_t index = IO_APIC_REDIRECTION + 2 * pin.pin, low = io_apic_read(registers, index);

    io_apic_write(registers, index,
                  on ? low & ~(uint32_t)IO_APIC_MASKED : low | (uint32_t)IO_APIC_MASKED);
}

void arch_message(uint32_t slot, uint64_t *ret_address, uint32_t *ret_data)
{
    *ret_address = 0xfee00000u | apic_id() << 12;
    *ret_data = VECTOR_FIRST + slot;
}

// --- all of them

bool arch_interrupts_start(struct btl_out *description)
{
    if (!apic_open()) {
        btl_format(description, "the local APIC is off, or cannot be mapped");
        return false;
    }
    pic_mask();
    apic_enable();
    if (!timer_calibrate()) {
        btl_format(description, "the rate of the processor's counter is unknown");
        return false;
    }
    io_apics_open();
    btl_format(description, "local APIC %u%s, timer at %lu.%02lu MHz", apic_id(),
               local_apic == NULL ? " (x2APIC)" : "", timer_rate / 1000000,
               timer_rate / 10000 % 100);
    for (uint32_t i = 0; i < io_apic_count; i++)
        btl_format(description, ", I/O APIC with %u lines", io_apics[i].pins);
    return true;
}

bool arch_interrupts_off(void)
{
    bool on = read_flags() & FLAGS_INTERRUPTS;

    __asm__ volatile("cli" : : : "memory");
    return on;
}

void arch_interrupts_restore(bool on)
{
    if (on)
        __asm__ volatile("sti" : : : "memory");
}

// sti takes effect after the next instruction: an interrupt cannot come between the two.
void arch_interrupts_wait(void)
{
    __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}

// Interrupts below the first vector, and those of a free slot, are what the firmware has left.
void interrupt(uint64_t vector)
{
    if (vector == VECTOR_SPURIOUS)
        return;
    if (vector == VECTOR_TIMER)
        timeouts_run();
    else if (vector - VECTOR_FIRST < ARCH_INTR_SLOTS)
        intr_dispatch((uint32_t)(vector - VECTOR_FIRST));
    apic_write(APIC_END, 0);
}
