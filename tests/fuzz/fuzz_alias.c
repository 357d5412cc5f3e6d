// SPDX-License-Identifier: BSD-2-Clause
// A pattern and a text, separated by a NUL, against a matcher that tries everything.
#include <stdlib.h>

#include <btl/modinfo.h>

#include "btl_test.h"

static bool matches(struct btl_str pattern, struct btl_str text)
{
    bool ends[257] = {true}; // does the pattern so far match the first n bytes?
    for (size_t p = 0; p < pattern.len; p++) {
        bool next[257] = {false};
        bool any = false;
        for (size_t n = 0; n <= text.len; n++) {
            any |= ends[n];
            next[n] = pattern.at[p] == '*'
                          ? any
                          : n > 0 && ends[n - 1] && pattern.at[p] == text.at[n - 1];
        }
        for (size_t n = 0; n <= text.len; n++)
            ends[n] = next[n];
    }
    return ends[text.len];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_str pattern, text;
    if (size > 256)
        return 0;
    test_memory_begin(&memory);
    struct btl_bytes block = test_block(&memory, data, size);
    if (btl_str_split((struct btl_str){(const char *)block.at, block.size}, '\0', &pattern,
                      &text) &&
        btl_alias_match(pattern, text) != matches(pattern, text))
        abort();
    test_memory_end(&memory);
    return 0;
}
