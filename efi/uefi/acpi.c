// SPDX-License-Identifier: BSD-2-Clause
// Find an ACPI table: RSDP, then XSDT (addresses of 8 bytes) or RSDT (of 4), then each table
// (ACPI 6.5, 5.2).
#include <efi.h>

#include "firmware.h"
#include "uefi.h"

#include <btl/mem.h>

enum {
    RSDP_REVISION = 15,
    RSDP_RSDT = 16,
    RSDP_XSDT = 24,
    TABLE_LENGTH = 4,
    TABLE_HEADER = 36,
};

#define TABLE_MAX (1u << 20)

static uint64_t acpi_number(uint64_t address, size_t size)
{
    uint64_t number = 0;
    memcpy(&number, (const void *)(uintptr_t)address, size);
    return number;
}

// Return the table at an address; empty: its length is not plausible.
static struct btl_bytes acpi_bytes(uint64_t address)
{
    uint64_t length = address != 0 ? acpi_number(address + TABLE_LENGTH, 4) : 0;
    if (length < TABLE_HEADER || length > TABLE_MAX)
        return (struct btl_bytes){0};
    return (struct btl_bytes){(const uint8_t *)(uintptr_t)address, length};
}

struct btl_bytes uefi_acpi_table(struct firmware *fw, const char *signature)
{
    struct fw_facts facts;
    fw->facts(fw, &facts);
    if (facts.acpi_rsdp == 0)
        return (struct btl_bytes){0};
    bool extended = acpi_number(facts.acpi_rsdp + RSDP_REVISION, 1) >= 2;
    size_t width = extended ? 8 : 4;
    struct btl_bytes root =
        acpi_bytes(acpi_number(facts.acpi_rsdp + (extended ? RSDP_XSDT : RSDP_RSDT), width));
    for (uint64_t at = TABLE_HEADER; btl_in_range(at, width, root.size); at += width) {
        struct btl_bytes table = acpi_bytes(acpi_number((uintptr_t)root.at + at, width));
        if (table.size > 0 && memcmp(table.at, signature, 4) == 0)
            return table;
    }
    return (struct btl_bytes){0};
}
