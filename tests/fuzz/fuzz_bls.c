// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a boot entry. Invariant: its translation is a loader.conf without syntax errors in
// the keys that are written, and bounded by the size of the entry.
#include <stdlib.h>
#include <string.h>

#include <btl/bls.h>
#include <btl/config.h>

#include "btl_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena}, later = {.arena = &memory.arena};
    struct btl_bytes block = test_block(&memory, data, size);
    struct btl_str text = {(const char *)block.at, block.size}, lines;
    struct btl_config config;
    if (btl_bls_translate(BTL_STR("/loader/entries/a+2.conf"), BTL_STR("a"), text, &memory.arena,
                          &lines, &diags)) {
        if (!btl_config_parse(BTL_STR("a"), lines, &memory.arena, &config, &later) ||
            config.boot_tries != 2 || config.kernel_setting == NULL || lines.len > 3 * size + 256)
            abort();
    } else if (diags.errors == 0)
        abort();
    test_memory_end(&memory);
    return 0;
}
