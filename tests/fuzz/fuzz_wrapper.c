// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a linked image of code, constants and data, with the wrapper at the beginning of the
// constants. Whatever the check accepts can be followed, before and after its data changes.
#include <stdlib.h>
#include <string.h>

#include <btl/wrapper.h>

#include "btl_test.h"

#define BASE 0xffffffff80400000ull
#define PART 512u

#define NEED(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static uint8_t *image_at(uint8_t *image, const void *pointer, uint64_t size, uint64_t first)
{
    uint64_t offset = (uintptr_t)pointer - BASE;
    NEED(offset >= first && btl_in_range(offset, size, 3 * PART));
    return image + offset;
}

static void follow_tunable(uint8_t *image, const struct btl_tunable *tunable)
{
    uint64_t size = btl_tunable_storage_size(tunable);
    const uint8_t *name = image_at(image, tunable->name, 1, 0);
    while (*name != 0)
        NEED(++name < image + 2 * PART);
    NEED(size > 0);
    image_at(image, tunable->storage, size, 2 * PART);
}

static void follow(uint8_t *image)
{
    struct btl_wrapper wrapper;
    memcpy(&wrapper, image + PART, sizeof(wrapper));
    image_at(image, (const void *)(uintptr_t)wrapper.load, 1, 0);
    uint64_t size = btl_tunable_size(wrapper.abi);
    for (uint64_t i = 0; i < wrapper.tunable_count; i++) {
        struct btl_tunable tunable = {0};
        memcpy(&tunable, image_at(image, (const uint8_t *)wrapper.tunables + i * size, size, 0),
               size);
        follow_tunable(image, &tunable);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    uint8_t *image = calloc(1, 3 * PART);
    if (size < 1 || image == NULL) {
        free(image);
        return 0;
    }
    const struct btl_segment segment[BTL_SEGS] = {
        [BTL_SEG_TEXT] = {0, PART, BTL_PERM_READ | BTL_PERM_EXEC},
        [BTL_SEG_RODATA] = {PART, PART, BTL_PERM_READ},
        [BTL_SEG_DATA] = {2 * PART, PART, BTL_PERM_READ | BTL_PERM_WRITE}};
    struct btl_linked linked = {.base = BASE,
                                .memory = image,
                                .segment = segment,
                                .function_descriptors = (data[0] & 1) != 0};
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    memcpy(image + PART, data + 1, size - 1 < 2 * PART ? size - 1 : 2 * PART);
    bool good = btl_wrapper_check(&linked, BASE + PART, (struct btl_place){0}, &diags);
    NEED(good == (diags.errors == 0));
    if (good) {
        follow(image);
        memset(image + 2 * PART, data[size - 1], PART); // what a tunable's value may do
        follow(image);
    }
    test_memory_end(&memory);
    free(image);
    return 0;
}
