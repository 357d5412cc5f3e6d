// SPDX-License-Identifier: BSD-2-Clause
// Tables that the firmware has left in memory. Their addresses are checked, so that a wrong one is
// not a fault; their content is not.
//
// ACPI tables (ACPI 6.5, 5.2): RSDP, then XSDT (addresses of 8 bytes) or RSDT (of 4), then each
// table.
#include "vm/direct_map.h"

#include <btl/kernel.h>
#include <btl/manifest.h>

#define TABLE_MAX  (1u << 20) // bytes
#define TABLES_MAX 256u       // in the list of tables

enum { // bytes
    ROOT_SIZE = 20,
    ROOT_SIZE_2 = 36, // since ACPI 2.0
    ROOT_REVISION = 15,
    ROOT_RSDT = 16,
    ROOT_XSDT = 24,
    HEADER_SIZE = 36,
    HEADER_LENGTH = 4,
};

const void *firmware_table(uint64_t physical, size_t size)
{
    return physical != 0 && direct_map_holds(physical, size) ? phys_to_virt(physical) : NULL;
}

static uint64_t acpi_load(const uint8_t *at, size_t size)
{
    uint64_t value = 0;

    memcpy(&value, at, size);
    return value;
}

static bool acpi_sum_is_zero(const uint8_t *at, size_t size)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + at[i]);
    return sum == 0;
}

// Return a table with its header, or nothing if it is incomplete or its sum is wrong.
static struct btl_bytes acpi_table_at(uint64_t physical)
{
    const uint8_t *at = firmware_table(physical, HEADER_SIZE);
    uint64_t length = at != NULL ? acpi_load(at + HEADER_LENGTH, 4) : 0;

    if (length < HEADER_SIZE || length > TABLE_MAX || firmware_table(physical, length) == NULL ||
        !acpi_sum_is_zero(at, length))
        return (struct btl_bytes){NULL, 0};
    return (struct btl_bytes){at, length};
}

// Return the list of tables and the width of its addresses.
static struct btl_bytes acpi_list(size_t *ret_width)
{
    uint64_t physical = boot_system()->acpi_rsdp;
    const uint8_t *root = firmware_table(physical, ROOT_SIZE);
    bool extended = root != NULL && root[ROOT_REVISION] >= 2;
    size_t size = extended ? ROOT_SIZE_2 : ROOT_SIZE;

    if (root == NULL || firmware_table(physical, size) == NULL || !acpi_sum_is_zero(root, size))
        return (struct btl_bytes){NULL, 0};
    *ret_width = extended ? 8 : 4;
    return acpi_table_at(acpi_load(root + (extended ? ROOT_XSDT : ROOT_RSDT), *ret_width));
}

struct btl_bytes acpi_table(const char *signature)
{
    size_t width = 0;
    struct btl_bytes list = acpi_list(&width), table;

    for (size_t at = HEADER_SIZE; at + width <= list.size && at < TABLES_MAX * width; at += width) {
        table = acpi_table_at(acpi_load(list.at + at, width));
        if (table.size > 0 && memcmp(table.at, signature, 4) == 0)
            return table;
    }
    return (struct btl_bytes){NULL, 0};
}
