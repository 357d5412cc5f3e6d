// SPDX-License-Identifier: BSD-2-Clause
// The reader of the manifest, past the checksum: an accepted manifest is printed and searched
// completely.
#include <stdlib.h>
#include <string.h>

#include "boot_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(struct btl_out *out, const char *text, size_t len)
{
    volatile char *last = out->owner;
    if (len == 0)
        abort(); // a sink never gets an empty piece
    *last = text[len - 1];
}

static void read_all(const struct btl_manifest *manifest)
{
    char last;
    uint64_t offset;
    struct btl_out out = {.put = put, .owner = &last};
    btl_manifest_print(manifest, 0, &out);
    btl_manifest_print(manifest, 1u << BTLM_SYMBOLS, &out);
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_SYMBOLS); i++) {
        const struct btlm_symbol *symbol = btl_manifest_entry(manifest, BTLM_SYMBOLS, i);
        const struct btlm_symbol *found =
            btl_manifest_find_symbol(manifest, symbol->address, &offset);
        if (found != NULL && (found->address != symbol->address || offset != 0))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_manifest manifest;
    test_memory_begin(&memory);
    memory.limit = 64; // chunks for diagnostics
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_bytes bytes = test_block(&memory, data, size);
    struct btlm_header *header = (void *)bytes.at;
    if (size >= sizeof(*header) && header->total_size >= sizeof(*header)) {
        if (header->total_size > size)
            header->total_size = size;
        boot_reseal((uint8_t *)bytes.at);
    }
    if (btl_manifest_open(bytes, (struct btl_place){0}, &manifest, &diags))
        read_all(&manifest);
    else if (diags.errors == 0)
        abort(); // rejected without a diagnostic
    test_memory_end(&memory);
    return 0;
}
