// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as ACPI's table WDAT, past length and checksum. Invariants: nothing outside the table
// is read; each decoded instruction is on an aligned register; a time in the range has a count in
// the table's range.
#include <stdlib.h>
#include <string.h>

#include <btl/wdat.h>

#include "btl_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void repair(uint8_t *bytes, size_t size)
{
    uint32_t length = (uint32_t)size;
    uint8_t sum = 0;
    if (size < 68)
        return;
    memcpy(bytes, "WDAT", 4);
    memcpy(bytes + 4, &length, sizeof(length));
    bytes[9] = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[9] = (uint8_t)-sum;
}

static void check(const struct btl_wdat *wdat)
{
    uint32_t min, max;
    btl_wdat_range(wdat, &min, &max);
    if (min <= max && (btl_wdat_count(wdat, max) > wdat->count_max ||
                       btl_wdat_count(wdat, min) < wdat->count_min))
        abort();
    for (uint32_t i = 0; i < wdat->instruction_count; i++) {
        const struct btl_wdat_instruction *at = &wdat->instructions[i];
        if (at->width == 0 || at->address % at->width != 0 || at->shift >= 8 * at->width)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_wdat wdat;
    if (size < 1)
        return 0;
    test_memory_begin(&memory);
    struct btl_bytes block = test_block(&memory, data + 1, size - 1);
    if (data[0] & 1)
        repair((uint8_t *)(uintptr_t)block.at, block.size);
    if (btl_wdat_read(block, &wdat) == NULL)
        check(&wdat);
    else if (wdat.instruction_count != 0)
        abort();
    test_memory_end(&memory);
    return 0;
}
