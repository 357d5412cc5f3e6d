// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a disk with partitions, its checksums made right, so that what they protect is
// reached. Every partition lies on the disk, and can be found by its type.
#include <stdlib.h>
#include <string.h>

#include <btl/gpt.h>

#include "btl_test.h"
#include "disk.h"

static void check_partition(const struct btl_gpt *gpt, const struct btl_partition *partition,
                            uint64_t size)
{
    const struct btl_partition *found = btl_gpt_find(gpt, (const char *)partition->type);
    if (partition->size == 0 || !btl_in_range(partition->start, partition->size, size) ||
        partition->number == 0 || found == NULL || found > partition ||
        memcmp(found->type, partition->type, sizeof(found->type)) != 0)
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
    struct btl_gpt gpt;
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
    if (btl_gpt_open(&disk.blocks, (struct btl_place){0}, &memory.arena, &gpt, &diags)) {
        for (uint32_t i = 0; i < gpt.count; i++)
            check_partition(&gpt, &gpt.partitions[i], whole);
        btl_gpt_find(&gpt, BTL_GPT_ESP);
    }
    test_memory_end(&memory);
    free(bytes);
    return 0;
}
