// SPDX-License-Identifier: BSD-2-Clause
// Hostile memory maps: stride, number of own ranges, capacity; then own ranges, then descriptors.
// Invariant: the manifest's reader accepts the resulting map.
#include <stdlib.h>
#include <string.h>

#include <btl/memmap.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OWN_BYTES 8 // start and size in pages, type

static void check(const struct btlm_memory *map, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t end;
        if (map[i].start % BTL_PAGE_SIZE != 0 || map[i].size % BTL_PAGE_SIZE != 0 ||
            map[i].size == 0 || map[i].type >= BTLM_MEM_TYPES ||
            !btl_add(map[i].start, map[i].size, &end))
            abort();
        if (i + 1 == count || end < map[i + 1].start)
            continue;
        if (end > map[i + 1].start ||
            (map[i].type == map[i + 1].type && map[i].efi_type == map[i + 1].efi_type &&
             map[i].attributes == map[i + 1].attributes))
            abort(); // overlapping, or not merged
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct btl_own_range own[8];
    if (size < 3)
        return 0;
    uint64_t stride = 36 + data[0] % 64, own_count = data[1] % 9, capacity = data[2];
    data += 3;
    size -= 3;
    if (size < own_count * OWN_BYTES)
        return 0;
    for (uint64_t i = 0; i < own_count; i++, data += OWN_BYTES, size -= OWN_BYTES) {
        uint32_t start;
        uint16_t pages;
        memcpy(&start, data, 4);
        memcpy(&pages, data + 4, 2);
        own[i] = (struct btl_own_range){(uint64_t)start * BTL_PAGE_SIZE,
                                        (uint64_t)pages * BTL_PAGE_SIZE, data[6] % BTLM_MEM_TYPES};
    }
    // Separate blocks, so that ASan detects overruns.
    uint8_t *descriptors = malloc(size + 1);
    struct btlm_memory *map = malloc(capacity * sizeof(*map) + 1);
    memcpy(descriptors, data, size);
    uint64_t needed = btl_memmap_build(descriptors, size, stride, own, own_count, map, capacity);
    // A step for each start and end.
    if (needed > 2 * (size / stride + own_count) + 1)
        abort();
    check(map, needed < capacity ? needed : capacity);
    free(descriptors);
    free(map);
    return 0;
}
