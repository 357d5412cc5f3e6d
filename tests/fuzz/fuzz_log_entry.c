// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a log. Invariants: nothing outside the text is read; each message is a part of the
// text, after the one before it; the reader ends.
#include <stdlib.h>

#include <btl/log.h>

#include "btl_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_log_entry entry;
    test_memory_begin(&memory);
    struct btl_bytes block = test_block(&memory, data, size);
    struct btl_str rest = {(const char *)block.at, block.size};
    const char *end = rest.at + rest.len, *before = rest.at;
    while (btl_log_next_entry(&rest, &entry)) {
        if (entry.text.at < before || entry.text.at + entry.text.len > end ||
            entry.code.len > entry.text.len || rest.at <= before)
            abort();
        before = rest.at;
    }
    if (rest.len != 0)
        abort();
    test_memory_end(&memory);
    return 0;
}
