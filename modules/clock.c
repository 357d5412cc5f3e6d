// SPDX-License-Identifier: BSD-2-Clause
// Calibrate the time stamp counter against the ACPI power management timer, which runs at
// 3.579545 MHz on every machine that has one (ACPI 6.5, 4.8.3.3). Without a timer, use the rate
// that the loader measured.
#include <btl/manifest.h>
#include <btl/module.h>

#include "clock.h"

#define PM_HZ   3579545u
#define PM_MASK 0xffffffu // every timer has 24 bits; wraps after 4.6 s
// Reads of one value after which the timer stands still. A running timer ticks at least once in a
// few reads.
#define PM_READS 1000

#define TUNABLES(x)                                                                                \
    BTL_TUNABLE_INT(x, calibrate_ms, 10, 1, 1000, "how long the counter is measured, milliseconds")
BTL_TUNABLE_LIST(TUNABLES);

static uint64_t start, hz;

enum { FADT_TIMER_PORT = 76 }; // bytes

// Return the I/O port of the power management timer from the FADT; 0: none.
static uint16_t pm_timer_port(void)
{
    struct btl_bytes fadt = acpi_table("FACP");
    uint32_t port = 0;
    if (fadt.size >= FADT_TIMER_PORT + sizeof(port))
        memcpy(&port, fadt.at + FADT_TIMER_PORT, sizeof(port));
    return (uint16_t)port;
}

// Return counter ticks per second, measured over calibrate_ms; 0: the timer stands still.
static uint64_t clock_measure(uint16_t port)
{
    uint32_t want = (uint32_t)(PM_HZ * (uint64_t)calibrate_ms / 1000);
    uint32_t first = port_in32(port), passed = 0;
    uint64_t from = time_ticks();
    for (uint32_t same = 0; passed < want && same < PM_READS; same++) {
        uint32_t now = (port_in32(port) - first) & PM_MASK;
        same = now == passed ? same : 0;
        passed = now;
    }
    uint64_t ticks = time_ticks() - from;
    return passed < want ? 0 : ticks * PM_HZ / passed;
}

uint64_t clock_hz(void)
{
    return hz;
}

// Multiply in two parts: ticks * 10^9 would overflow after some seconds.
uint64_t clock_ns(void)
{
    uint64_t ticks = time_ticks() - start;
    return ticks / hz * 1000000000u + ticks % hz * 1000000000u / hz;
}

void clock_wait(uint64_t ns)
{
    uint64_t end = clock_ns() + ns;
    while (clock_ns() < end)
        ;
}

static void clock_print(int argc, char **argv)
{
    uint64_t ms = clock_ns() / 1000000;
    kprintf("%lu.%03lu s since the clock was loaded, counter at %lu kHz\n", (ms / 1000),
            (ms % 1000), (hz / 1000));
}

static int clock_load(const struct btl_load_args *args)
{
    uint16_t port = pm_timer_port();
    const char *source = "ACPI timer";
    hz = port != 0 ? clock_measure(port) : 0;
    if (hz == 0) {
        source = "loader";
        hz = time_ticks_per_second();
    }
    if (hz == 0) {
        kprintf("clock: no ACPI timer and no rate from the loader\n");
        return BTL_ENODEV;
    }
    start = time_ticks();
    kprintf("clock: counter runs at %lu kHz (%s)\n", (hz / 1000), source);
    return monitor_add_with("clock", "", "time since the clock was loaded", clock_print);
}

static int clock_unload(void)
{
    monitor_remove("clock");
    return 0;
}

BTL_MODULE("clock", .load = clock_load, .unload = clock_unload, BTL_TUNABLES(btl_tunables));
BTL_VERSION("1.0");
BTL_DESCRIPTION("calibrated time stamp counter");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.4");
BTL_PROVIDES("clock:1.0");
BTL_EXPORT(clock_ns);
BTL_EXPORT(clock_hz);
BTL_EXPORT(clock_wait);
