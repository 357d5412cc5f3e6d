// SPDX-License-Identifier: BSD-2-Clause
#include "arch/x86_64/madt.h"

#include <btl/kernel.h>

enum { // bytes
    MADT_ENTRIES = 44,
    ENTRY_MIN = 2, // type, length
};
enum { ENTRY_IO_APIC = 1, ENTRY_OVERRIDE = 2 };
enum { IO_APIC_SIZE = 12, IO_APIC_ADDRESS = 4, IO_APIC_BASE = 8 };
enum {
    OVERRIDE_SIZE = 10,
    OVERRIDE_BUS = 2,
    OVERRIDE_IRQ = 3,
    OVERRIDE_GSI = 4,
    OVERRIDE_FLAGS = 8
};
enum { POLARITY = 3, POLARITY_LOW = 3, TRIGGER = 3 << 2, TRIGGER_LEVEL = 3 << 2 };

static uint64_t madt_load(const uint8_t *at, size_t size)
{
    uint64_t value = 0;

    memcpy(&value, at, size);
    return value;
}

// Return the table's next entry of `type` with at least `size` bytes; NULL: there is none.
static const uint8_t *madt_next_entry(struct btl_bytes madt, size_t *at, uint8_t type, size_t size)
{
    while (*at + ENTRY_MIN <= madt.size) {
        const uint8_t *entry = madt.at + *at;
        if (entry[1] < ENTRY_MIN || !btl_in_range(*at, entry[1], madt.size))
            break;
        *at += entry[1];
        if (entry[0] == type && entry[1] >= size)
            return entry;
    }
    return NULL;
}

// Return the global number of an interrupt: the same, or that of an override, which also says how
// it is signalled.
static uint32_t madt_global_number(struct btl_bytes madt, uint32_t number,
                                   struct interrupt_pin *ret)
{
    const uint8_t *entry;
    size_t at = MADT_ENTRIES;

    ret->level = ret->active_low = number >= ISA_INTERRUPTS;
    while ((entry = madt_next_entry(madt, &at, ENTRY_OVERRIDE, OVERRIDE_SIZE)) != NULL) {
        uint64_t flags = madt_load(entry + OVERRIDE_FLAGS, 2);
        if (entry[OVERRIDE_BUS] != 0 || entry[OVERRIDE_IRQ] != number)
            continue;
        ret->active_low = (flags & POLARITY) == POLARITY_LOW;
        ret->level = (flags & TRIGGER) == TRIGGER_LEVEL;
        return (uint32_t)madt_load(entry + OVERRIDE_GSI, 4);
    }
    return number;
}

bool madt_find_interrupt(uint32_t number, struct interrupt_pin *ret)
{
    const uint8_t *entry, *best = NULL;
    uint64_t base = 0;
    struct btl_bytes madt = acpi_table("APIC");
    uint32_t gsi;
    size_t at = MADT_ENTRIES;

    if (madt.size == 0)
        return false;
    gsi = madt_global_number(madt, number, ret);
    // The I/O APIC with the highest first interrupt that is not above this one.
    while ((entry = madt_next_entry(madt, &at, ENTRY_IO_APIC, IO_APIC_SIZE)) != NULL) {
        uint64_t first = madt_load(entry + IO_APIC_BASE, 4);
        if (first > gsi || (best != NULL && first < base))
            continue;
        best = entry;
        base = first;
    }
    if (best == NULL)
        return false;
    ret->io_apic = madt_load(best + IO_APIC_ADDRESS, 4);
    ret->pin = (uint32_t)(gsi - base);
    return true;
}

bool madt_find_timer(struct interrupt_pin *ret)
{
    return madt_find_interrupt(0, ret) && !ret->level;
}

bool madt_io_apic(uint32_t index, uint64_t *ret_physical)
{
    struct btl_bytes madt = acpi_table("APIC");
    const uint8_t *entry = NULL;
    size_t at = MADT_ENTRIES;

    if (madt.size == 0)
        return false;
    for (uint32_t i = 0; i <= index; i++)
        if ((entry = madt_next_entry(madt, &at, ENTRY_IO_APIC, IO_APIC_SIZE)) == NULL)
            return false;
    *ret_physical = madt_load(entry + IO_APIC_ADDRESS, 4);
    return true;
}
