// SPDX-License-Identifier: BSD-2-Clause
#include "arch/x86_64/madt.h"

#include "handoff.h"

#include <btl/kernel.h>

#define TABLE_MAX  (1u << 20) // bytes
#define TABLES_MAX 256u       // in the list of tables

enum { // bytes
    HEADER_SIZE = 36,
    HEADER_LENGTH = 4,
    RSDP_REVISION = 15,
    RSDP_RSDT = 16,
    RSDP_XSDT = 24,
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

static uint64_t load(const uint8_t *at, size_t size)
{
    uint64_t value = 0;

    memcpy(&value, at, size);
    return value;
}

// Memory that the firmware's map names is mapped; an address that it does not name would be a
// fault.
static bool is_memory(uint64_t physical, uint64_t size)
{
    const struct btl_manifest *manifest = handoff_manifest();
    uint64_t count = btl_manifest_count(manifest, BTLM_MEMORY);

    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_memory *range = btl_manifest_entry(manifest, BTLM_MEMORY, i);
        if (physical >= range->start && btl_in_range(physical - range->start, size, range->size))
            return range->type != BTLM_MEM_MMIO && range->type != BTLM_MEM_BAD;
    }
    return false;
}

static bool sum_is_zero(const uint8_t *at, size_t size)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + at[i]);
    return sum == 0;
}

// A table with its header, whole and with the right sum; NULL when it is not that.
static const uint8_t *table_at(uint64_t physical, struct btl_bytes *ret)
{
    const uint8_t *at;
    uint64_t length;

    if (!is_memory(physical, HEADER_SIZE))
        return NULL;
    at = phys_to_virt(physical);
    length = load(at + HEADER_LENGTH, 4);
    if (length < HEADER_SIZE || length > TABLE_MAX || !is_memory(physical, length) ||
        !sum_is_zero(at, length))
        return NULL;
    *ret = (struct btl_bytes){at, length};
    return at;
}

// RSDP, then XSDT (addresses of 8 bytes) or RSDT (of 4), then the first table with that signature.
static bool find_table(uint64_t rsdp, const char *signature, struct btl_bytes *ret)
{
    const uint8_t *root;
    struct btl_bytes list, table;
    bool extended;
    size_t width;

    if (rsdp == 0 || !is_memory(rsdp, HEADER_SIZE))
        return false;
    root = phys_to_virt(rsdp);
    extended = root[RSDP_REVISION] >= 2;
    width = extended ? 8 : 4;
    if (!sum_is_zero(root, extended ? 36 : 20) ||
        !table_at(load(root + (extended ? RSDP_XSDT : RSDP_RSDT), width), &list))
        return false;
    for (size_t at = HEADER_SIZE; at + width <= list.size && at < TABLES_MAX * width; at += width) {
        if (!table_at(load(list.at + at, width), &table) || memcmp(table.at, signature, 4) != 0)
            continue;
        *ret = table;
        return true;
    }
    return false;
}

// The next entry of the table, of `type`, that has `size` bytes at least; NULL when there is none.
static const uint8_t *next_entry(struct btl_bytes madt, size_t *at, uint8_t type, size_t size)
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

// The interrupt that ISA interrupt 0 is: its own number, where no override says otherwise.
static bool timer_interrupt(struct btl_bytes madt, uint32_t *ret_gsi, bool *ret_low)
{
    const uint8_t *entry;
    size_t at = MADT_ENTRIES;

    *ret_gsi = 0;
    *ret_low = false;
    while ((entry = next_entry(madt, &at, ENTRY_OVERRIDE, OVERRIDE_SIZE)) != NULL) {
        uint64_t flags = load(entry + OVERRIDE_FLAGS, 2);
        if (entry[OVERRIDE_BUS] != 0 || entry[OVERRIDE_IRQ] != 0)
            continue;
        *ret_gsi = (uint32_t)load(entry + OVERRIDE_GSI, 4);
        *ret_low = (flags & POLARITY) == POLARITY_LOW;
        return (flags & TRIGGER) != TRIGGER_LEVEL;
    }
    return true;
}

bool madt_find_timer(uint64_t rsdp, struct timer_pin *ret)
{
    const uint8_t *entry, *best = NULL;
    uint64_t base = 0;
    struct btl_bytes madt;
    uint32_t gsi;
    bool low;
    size_t at = MADT_ENTRIES;

    if (!find_table(rsdp, "APIC", &madt) || !timer_interrupt(madt, &gsi, &low))
        return false;
    // Whose first interrupt is the last one that is not above it.
    while ((entry = next_entry(madt, &at, ENTRY_IO_APIC, IO_APIC_SIZE)) != NULL) {
        uint64_t first = load(entry + IO_APIC_BASE, 4);
        if (first > gsi || (best != NULL && first < base))
            continue;
        best = entry;
        base = first;
    }
    if (best == NULL)
        return false;
    *ret = (struct timer_pin){load(best + IO_APIC_ADDRESS, 4), (uint32_t)(gsi - base), low};
    return true;
}
