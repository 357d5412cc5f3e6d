// SPDX-License-Identifier: BSD-2-Clause
// Calibrates the time stamp counter against the ACPI power management timer, which runs at
// 3.579545 MHz on every machine that has one (ACPI 6.5, 4.8.3.3). Where there is none, the rate
// that the loader measured is taken.
#include <btl/manifest.h>
#include <btl/module.h>

#include "clock.h"

#define PM_HZ   3579545u
#define PM_MASK 0xffffffu // 24 bits are there on every machine; wraps after 4.6 s

static int64_t calibrate_ms = 10;
static const struct btl_tunable tunables[] = {BTL_INT(calibrate_ms, 1, 1000)};

static uint64_t start, hz;

struct acpi_header {
    char signature[4];
    uint32_t length;
    uint8_t revision, checksum;
    char oem[18];
    uint32_t creator[2];
} __attribute__((packed));
_Static_assert(sizeof(struct acpi_header) == 36, "ACPI table header");

static bool checksum_ok(const void *table, size_t size)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += ((const uint8_t *)table)[i];
    return sum == 0;
}

static uint64_t load(const uint8_t *at, size_t size)
{
    uint64_t value = 0;
    memcpy(&value, at, size);
    return value;
}

static const struct acpi_header *table_at(uint64_t physical)
{
    const struct acpi_header *table = phys_to_virt(physical);
    if (physical == 0 || table->length < sizeof(*table) || table->length > 1u << 20)
        return NULL;
    return checksum_ok(table, table->length) ? table : NULL;
}

// The table with this signature: RSDP, then XSDT (8-byte entries) or RSDT (4-byte ones).
static const struct acpi_header *acpi_find(uint64_t rsdp, const char *signature)
{
    if (rsdp == 0)
        return NULL;
    const uint8_t *root = phys_to_virt(rsdp);
    bool extended = root[15] >= 2;
    size_t width = extended ? 8 : 4;
    if (!checksum_ok(root, extended ? 36 : 20))
        return NULL;
    const struct acpi_header *list = table_at(load(root + (extended ? 24 : 16), width));
    if (list == NULL)
        return NULL;
    for (size_t at = sizeof(*list); at + width <= list->length; at += width) {
        const struct acpi_header *table = table_at(load((const uint8_t *)list + at, width));
        if (table != NULL && memcmp(table->signature, signature, 4) == 0)
            return table;
    }
    return NULL;
}

// I/O port of the power management timer, out of the FADT; 0 when there is none.
static uint16_t pm_timer_port(void)
{
    const struct acpi_header *fadt = acpi_find(boot_system()->acpi_rsdp, "FACP");
    if (fadt == NULL || fadt->length < 80)
        return 0;
    return (uint16_t)load((const uint8_t *)fadt + 76, 4);
}

// Counter ticks per second over calibrate_ms, or 0 when the timer stands still.
static uint64_t measure(uint16_t port)
{
    uint32_t want = (uint32_t)(PM_HZ * (uint64_t)calibrate_ms / 1000);
    uint32_t first = port_in32(port), passed = 0, reads = 0;
    uint64_t from = time_ticks();
    while (passed < want && reads++ < 10000000)
        passed = (port_in32(port) - first) & PM_MASK;
    uint64_t ticks = time_ticks() - from;
    return passed < want ? 0 : ticks * PM_HZ / passed;
}

uint64_t clock_hz(void)
{
    return hz;
}

// In two parts: ticks * 10^9 would overflow after some seconds.
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

static void show(int argc, char **argv)
{
    uint64_t ms = clock_ns() / 1000000;
    kprintf("%lu.%03lu s since the clock was loaded, counter at %lu kHz\n",
            (unsigned long)(ms / 1000), (unsigned long)(ms % 1000), (unsigned long)(hz / 1000));
}

static int clock_load(const struct btl_load_args *args)
{
    uint16_t port = pm_timer_port();
    const char *source = "ACPI timer";
    hz = port != 0 ? measure(port) : 0;
    if (hz == 0) {
        source = "loader";
        hz = time_ticks_per_second();
    }
    if (hz == 0) {
        kprintf("clock: no ACPI timer and no rate from the loader\n");
        return BTL_ENODEV;
    }
    start = time_ticks();
    kprintf("clock: counter runs at %lu kHz (%s)\n", (unsigned long)(hz / 1000), source);
    return monitor_add("clock", "time since the clock was loaded", show);
}

static int clock_unload(void)
{
    monitor_remove("clock");
    return 0;
}

BTL_MODULE("clock", .load = clock_load, .unload = clock_unload, BTL_TUNABLES(tunables));
BTL_VERSION("1.0");
BTL_DESCRIPTION("calibrated time stamp counter");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
BTL_PROVIDES("clock:1.0");
BTL_PARM("calibrate_ms", "int", "how long the counter is measured, milliseconds");
BTL_EXPORT(clock_ns);
BTL_EXPORT(clock_hz);
BTL_EXPORT(clock_wait);
