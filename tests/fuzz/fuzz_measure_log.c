// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a firmware's event log, and any offset of its last entry. Invariants: nothing
// outside the memory is read; a size is one of that memory and behind the offset.
#include <stdlib.h>
#include <string.h>

#include <btl/measure.h>

#include "btl_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    uint16_t last;
    if (size < sizeof(last))
        return 0;
    memcpy(&last, data, sizeof(last));
    test_memory_begin(&memory);
    struct btl_bytes block = test_block(&memory, data + sizeof(last), size - sizeof(last));
    uint64_t found = btl_measure_log_size(block, last);
    if (found != 0 && (found > block.size || found <= last))
        abort();
    test_memory_end(&memory);
    return 0;
}
