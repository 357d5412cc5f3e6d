// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as ACPI's table FADT, past length and checksum. Invariants: nothing outside the table
// is read; a timer is on a whole port.
#include <stdlib.h>
#include <string.h>

#include <btl/fadt.h>

#include "btl_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void repair(uint8_t *bytes, size_t size)
{
    uint32_t length = (uint32_t)size;
    uint8_t sum = 0;
    if (size < 116)
        return;
    memcpy(bytes, "FACP", 4);
    memcpy(bytes + 4, &length, sizeof(length));
    bytes[9] = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[9] = (uint8_t)-sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_fadt_timer timer;
    if (size < 1)
        return 0;
    test_memory_begin(&memory);
    struct btl_bytes block = test_block(&memory, data + 1, size - 1);
    if (data[0] & 1)
        repair((uint8_t *)(uintptr_t)block.at, block.size);
    bool good = btl_fadt_read(block, &timer) == NULL;
    if (good != (timer.port != 0) || timer.port % 4 != 0)
        abort();
    if (good && timer.mask != 0xffffff && timer.mask != UINT32_MAX)
        abort();
    test_memory_end(&memory);
    return 0;
}
