// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a boot entry of the firmware. Invariant: all parts lie inside it.
#include <stdlib.h>

#include "../../tools/btl/variables/load_option.c"
#include "btl_test.h"

static void require_inside(struct btl_bytes part, struct btl_bytes whole)
{
    if (part.at < whole.at || part.at + part.size > whole.at + whole.size)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct load_option option;
    test_memory_begin(&memory);
    struct btl_bytes block = test_block(&memory, data, size);
    if (load_option_read(block, &option)) {
        require_inside(option.description, block);
        require_inside(option.file, block);
        require_inside(option.options, block);
    }
    test_memory_end(&memory);
    return 0;
}
