// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a disk with an MBR or a GPT. The checksums of a GPT are made right, so that the code
// behind them is reached. Every partition lies on the disk.
#include <stdlib.h>
#include <string.h>

#include <btl/partitions.h>

#include "btl_test.h"
#include "disk.h"

static void check_partition(const struct btl_partitions *partitions, uint32_t index, uint64_t size)
{
    const struct btl_partition *partition = &partitions->partitions[index];
    const struct btl_partition *esp = btl_partitions_find_esp(partitions);
    if (partition->size == 0 || !btl_in_range(partition->start, partition->size, size) ||
        partition->number == 0)
        abort();
    if (btl_partition_type_is_esp(partition->type) && (esp == NULL || esp > partition))
        abort();
}

// Make the checksums of a header right whose table lies on the disk.
static void seal(uint8_t *bytes, uint64_t block, uint64_t blocks)
{
    uint64_t table;
    memcpy(&table, bytes + block * 512 + 72, sizeof(table));
    if (table < blocks)
        test_gpt_seal(bytes, block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_disk disk;
    struct test_memory memory;
    struct btl_partitions partitions;
    uint32_t block_size = size > 0 && (data[0] & 1) ? 4096 : 512;
    uint64_t whole = size / block_size * block_size;
    uint8_t *bytes = malloc(whole + 1);
    memcpy(bytes, data, whole);
    if (block_size == 512 && whole >= 8 * 512) {
        seal(bytes, 1, whole / 512);
        seal(bytes, whole / 512 - 1, whole / 512);
    }
    test_disk_begin(&disk, bytes, whole, block_size);
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    if (btl_partitions_open(&disk.blocks, (struct btl_place){0}, &memory.arena, &partitions,
                            &diags)) {
        for (uint32_t i = 0; i < partitions.count; i++)
            check_partition(&partitions, i, whole);
    }
    test_memory_end(&memory);
    free(bytes);
    return 0;
}
