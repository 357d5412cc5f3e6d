// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a firmware's variable store. The header's checksum is corrected, so that the rest is
// parsed.
#include <stdlib.h>

#include <btl/boot_state.h>

#include "../../tools/btl/variables/varstore.c"
#include "btl_test.h"

static void seal(uint8_t *bytes, size_t size)
{
    const size_t at = offsetof(struct fv_header, checksum);
    uint16_t length, sum = 0;
    if (size < sizeof(struct fv_header))
        return;
    memcpy(&length, bytes + offsetof(struct fv_header, header_length), sizeof(length));
    bytes[at] = bytes[at + 1] = 0;
    for (size_t i = 0; i + 1 < length && i + 1 < size; i += 2)
        sum = (uint16_t)(sum - (bytes[i] | bytes[i + 1] << 8));
    bytes[at] = (uint8_t)sum;
    bytes[at + 1] = (uint8_t)(sum >> 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t guid[] = BTL_VARIABLE_GUID;
    struct test_memory memory;
    struct varstore store;
    struct varstore_variable found;
    struct btl_record record;
    uint8_t *bytes = malloc(size + 1);
    memcpy(bytes, data, size);
    seal(bytes, size);
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_bytes file = {bytes, size};
    bool good = varstore_open(file, (struct btl_place){.file = BTL_STR("vars")}, &store, &diags);
    for (enum btl_variable which = 0; good && which < BTL_VARIABLES; which++) {
        if (varstore_find(&store, guid, btl_variable_name(which), &found))
            btl_record_read(which, found.data, &record);
    }
    if (!good && diags.errors == 0)
        abort();
    test_memory_end(&memory);
    free(bytes);
    return 0;
}
