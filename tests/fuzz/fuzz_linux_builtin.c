// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as modules.builtin. Invariants: nothing outside the text is read; what is found is a
// name of the text; at most one message is reported.
#include <stdlib.h>

#include <btl/linux_kernel.h>

#include "btl_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_linux_kernel kernel = {0};
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_bytes block = test_block(&memory, data, size);
    struct btl_str text = {(const char *)block.at, block.size};
    if (!btl_linux_read_builtin(text, (struct btl_place){0}, &memory.arena, &kernel.builtin,
                                &diags) ||
        diags.count > 1)
        abort();
    for (uint32_t i = 0; i < kernel.builtin.count; i++)
        if (!btl_linux_has_built_in(&kernel, kernel.builtin.name[i]))
            abort();
    test_diags_text(&memory, &diags);
    test_memory_end(&memory);
    return 0;
}
