// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as load options: from a boot entry, and as a shell passes them.
#include <stdlib.h>

#include <btl/load_options.h>

#include "btl_test.h"

static void parse(const uint8_t *data, size_t size, bool names_program)
{
    struct test_memory memory;
    struct btl_load_options options;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_bytes block = test_block(&memory, data, size);
    // The loader checks `save` when it saves.
    if (btl_load_options_parse(block, names_program, &memory.arena, &diags, &options) &&
        options.config.len > 0 && !btl_is_path(options.config))
        abort();
    test_diags_text(&memory, &diags);
    test_memory_end(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parse(data, size, false);
    parse(data, size, true);
    return 0;
}
