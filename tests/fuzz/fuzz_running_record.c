// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as BtlBoot, past the checksum. Invariants: nothing outside a record is read; a decoded
// record can be encoded to the same bytes.
#include <stdlib.h>
#include <string.h>

#include <btl/hash.h>
#include <btl/running_record.h>

#include "btl_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Correct magic, version, reserved fields, length of the path and checksum, if the block is large
// enough.
static void repair(uint8_t *bytes, size_t size)
{
    struct btl_running_wire wire;
    if (size < sizeof(wire))
        return;
    memcpy(&wire, bytes, sizeof(wire));
    memcpy(wire.magic, "BTLb", 4);
    wire.version = 1;
    wire.reserved = wire.reserved2 = 0;
    wire.path_length = (uint16_t)(size - sizeof(wire));
    memcpy(bytes, &wire, sizeof(wire));
    wire.checksum = btl_crc32_of_record((struct btl_bytes){bytes, size},
                                        offsetof(struct btl_running_wire, checksum));
    memcpy(bytes, &wire, sizeof(wire));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_running running;
    uint8_t again[BTL_RUNNING_MAX];
    if (size < 1)
        return 0;
    test_memory_begin(&memory);
    struct btl_bytes block = test_block(&memory, data + 1, size - 1);
    if (data[0] & 1)
        repair((uint8_t *)(uintptr_t)block.at, block.size);
    if (btl_running_read(block, &running) && (btl_running_write(&running, again) != block.size ||
                                              memcmp(again, block.at, block.size) != 0))
        abort();
    test_memory_end(&memory);
    return 0;
}
