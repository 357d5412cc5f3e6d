// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as BtlRun, past the checksum. Invariants: nothing outside a record is read; a decoded
// record can be encoded to the same bytes.
#include <stdlib.h>
#include <string.h>

#include <btl/hash.h>
#include <btl/run_record.h>

#include "btl_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Correct magic, version, length of the text and checksum, if the block is large enough.
static void repair(uint8_t *bytes, size_t size)
{
    struct btl_run_wire wire;
    if (size < sizeof(wire))
        return;
    memcpy(&wire, bytes, sizeof(wire));
    memcpy(wire.magic, "BTLk", 4);
    wire.version = 1;
    wire.end %= BTL_RUN_ENDS;
    size_t rest = size - sizeof(wire), events = rest / sizeof(struct btl_run_event);
    wire.event_count = (uint16_t)(wire.event_count % (events + 1));
    wire.text_length = (uint16_t)(rest - wire.event_count * sizeof(struct btl_run_event));
    memcpy(bytes, &wire, sizeof(wire));
    wire.checksum = btl_crc32_of_record((struct btl_bytes){bytes, size},
                                        offsetof(struct btl_run_wire, checksum));
    memcpy(bytes, &wire, sizeof(wire));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_run run;
    uint8_t again[BTL_RUN_MAX];
    if (size < 1)
        return 0;
    test_memory_begin(&memory);
    struct btl_bytes block = test_block(&memory, data + 1, size - 1);
    if (data[0] & 1)
        repair((uint8_t *)(uintptr_t)block.at, block.size);
    if (btl_run_read(block, &run) &&
        (btl_run_write(&run, again) != block.size || memcmp(again, block.at, block.size) != 0))
        abort();
    test_memory_end(&memory);
    return 0;
}
