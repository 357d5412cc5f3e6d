// SPDX-License-Identifier: BSD-2-Clause
// The rate of ar.itc: the platform's base frequency (from SAL) times the processor's ratio (from
// PAL). The SAL system table has both entry points (SAL specification, 3.2).
#include <efi.h>

#include "cpu.h"
#include "ia64/descriptor.h"

#include <btl/mem.h>

#define SAL_FREQ_BASE      0x01000012ull
#define SAL_CLOCK_PLATFORM 0ull
#define PAL_FREQ_RATIOS    14ull
#define SAL_HEADER_SIZE    96
#define SAL_ENTRY_POINTS   0 // the entry's type
#define SAL_ENTRY_TYPES    6
#define SAL_ENTRIES_MAX    64
#define SAL_ENTRIES_OFFSET 10
#define ENTRY_PAL          8 // offsets in the entry
#define ENTRY_SAL          16

struct firmware_result {
    int64_t status;
    uint64_t value[3];
};

struct firmware_result pal_call(uint64_t entry, uint64_t index);
typedef struct firmware_result sal_procedure(uint64_t index, uint64_t a1, uint64_t a2, uint64_t a3,
                                             uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7);

static const uint8_t *sal_table(const EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = SAL_SYSTEM_TABLE_GUID;
    for (UINTN i = 0; i < system->NumberOfTableEntries; i++) {
        const EFI_CONFIGURATION_TABLE *table = &system->ConfigurationTable[i];
        if (memcmp(&table->VendorGuid, &guid, sizeof(guid)) == 0)
            return table->VendorTable;
    }
    return NULL;
}

// Return the table's entry with the entry points of PAL and SAL; NULL: none.
static const uint8_t *entry_points(const uint8_t *table)
{
    static const uint8_t sizes[SAL_ENTRY_TYPES] = {48, 32, 16, 32, 16, 16};
    uint16_t count;
    if (table == NULL || memcmp(table, "SST_", 4) != 0)
        return NULL;
    memcpy(&count, table + SAL_ENTRIES_OFFSET, sizeof(count));
    const uint8_t *entry = table + SAL_HEADER_SIZE;
    for (unsigned i = 0; i < count && i < SAL_ENTRIES_MAX && *entry < SAL_ENTRY_TYPES; i++) {
        if (*entry == SAL_ENTRY_POINTS)
            return entry;
        entry += sizes[*entry];
    }
    return NULL;
}

static uint64_t base_frequency(const uint8_t *entry)
{
    uint64_t descriptor[2]; // entry point and gp, from the table
    memcpy(descriptor, entry + ENTRY_SAL, sizeof(descriptor));
    sal_procedure *sal = (sal_procedure *)cpu_function(descriptor);
    struct firmware_result base = sal(SAL_FREQ_BASE, SAL_CLOCK_PLATFORM, 0, 0, 0, 0, 0, 0);
    return base.status == 0 ? base.value[0] : 0;
}

uint64_t cpu_ticks_per_second(uint64_t system_table)
{
    const uint8_t *entry =
        entry_points(sal_table((const EFI_SYSTEM_TABLE *)(uintptr_t)system_table));
    uint64_t pal, product;
    if (entry == NULL)
        return 0;
    memcpy(&pal, entry + ENTRY_PAL, sizeof(pal));
    struct firmware_result ratios = pal_call(pal, PAL_FREQ_RATIOS);
    uint64_t numerator = ratios.value[2] >> 32, denominator = ratios.value[2] & UINT32_MAX;
    if (ratios.status != 0 || denominator == 0 ||
        !btl_mul(base_frequency(entry), numerator, &product))
        return 0;
    return product / denominator;
}
