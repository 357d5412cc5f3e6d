// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as the records of boot state, past the checksum. Invariants: nothing outside a record
// is read; a decoded record can be encoded and decoded to the same; four records lead to one of the
// five verdicts, and the tries left never increase.
#include <stdlib.h>
#include <string.h>

#include <btl/boot_state.h>
#include <btl/config.h>
#include <btl/hash.h>

#include "btl_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

// Copy to a separate block and correct magic, variable, lengths and checksum, if the block is large
// enough.
static struct btl_bytes repair(struct test_memory *memory, enum btl_variable variable,
                               const uint8_t *data, size_t size)
{
    struct btl_bytes block = test_block(memory, data, size);
    struct btl_record_wire wire;
    if (size < sizeof(wire))
        return block;
    uint8_t *bytes = (uint8_t *)block.at;
    memcpy(&wire, bytes, sizeof(wire));
    memcpy(wire.magic, "BTLr", 4);
    wire.version = 1;
    wire.variable = (uint8_t)variable;
    size_t list = 32 * (size_t)(wire.given_up % (BTL_GIVEN_UP_MAX + 1));
    if (list + wire.path_length <= size - sizeof(wire)) {
        wire.given_up = (uint32_t)(list / 32);
        wire.text_length = (uint16_t)(size - sizeof(wire) - list - wire.path_length);
    }
    wire.checksum = 0;
    memcpy(bytes, &wire, sizeof(wire));
    wire.checksum = btl_crc32(0, block);
    memcpy(bytes, &wire, sizeof(wire));
    return block;
}

static void check_record(enum btl_variable variable, const struct btl_record *record)
{
    uint8_t bytes[BTL_RECORD_MAX];
    struct btl_record again;
    bool list_alone = variable == BTL_VARIABLE_FAILED && record->given_up_count > 0;
    require(record->valid && (btl_is_path(record->path) || (list_alone && record->path.len == 0)));
    require(record->given_up_count <= BTL_GIVEN_UP_MAX);
    require(record->path.len <= BTL_RECORD_PATH_MAX && record->text.len <= BTL_RECORD_TEXT_MAX);
    uint64_t size = btl_record_write(variable, record, bytes);
    require(size > 0 && size <= BTL_RECORD_MAX);
    require(btl_record_read(variable, (struct btl_bytes){bytes, size}, &again));
    require(again.number == record->number && btl_str_equal(again.path, record->path));
    require(btl_str_equal(again.text, record->text));
    require(memcmp(again.sha256, record->sha256, 32) == 0);
    require(again.given_up_count == record->given_up_count);
    require(memcmp(again.given_up, record->given_up, 32 * record->given_up_count) == 0);
    bytes[size / 2] ^= 1;
    require(!btl_record_read(variable, (struct btl_bytes){bytes, size}, &again) && !again.valid);
}

// Check BtlFailed after boot-ok and after a failure: it can be encoded and has the right content. A
// zero hash is no configuration's.
static void check_failed(const struct btl_record *failed, const uint8_t sha256[32])
{
    static const uint8_t zero[32];
    uint8_t bytes[BTL_RECORD_MAX];
    struct btl_record rest,
        failure = {.valid = true, .number = BTL_FAILED_IN_KERNEL, .path = BTL_STR("/a")};
    if (memcmp(sha256, zero, sizeof(zero)) == 0)
        return;
    memcpy(failure.sha256, sha256, 32);
    btl_record_merge_given_up(failed, &failure);
    uint64_t size = btl_record_write(BTL_VARIABLE_FAILED, &failure, bytes);
    require(btl_record_read(BTL_VARIABLE_FAILED, (struct btl_bytes){bytes, size}, &rest));
    require(btl_record_is_given_up(&rest, sha256));
    if (!btl_record_remove(failed, sha256, &rest))
        return;
    require(!btl_record_is_given_up(&rest, sha256) && !btl_record_names(&rest, sha256));
    require(!rest.valid || btl_record_write(BTL_VARIABLE_FAILED, &rest, bytes) > 0);
}

static void check_trial(const struct btl_boot_state *state, const uint8_t sha256[32],
                        uint32_t tries)
{
    uint32_t left = 4711;
    enum btl_trial trial = btl_boot_trial(state, sha256, tries, &left);
    require(trial <= BTL_TRIAL_FAILED);
    require((left == 4711) == (trial != BTL_TRIAL_COUNTED));
    require(trial != BTL_TRIAL_COUNTED || left < tries);
    require(tries > 0 || (trial != BTL_TRIAL_COUNTED && trial != BTL_TRIAL_USED_UP));
    btl_boot_trial_is_over(state);
}

// The input: tries, index of a hash, and four pieces with two bytes of length each.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_boot_state state = {0};
    if (size < 2)
        return 0;
    uint32_t tries = data[0] % 100;
    unsigned asked = data[1] % BTL_VARIABLES;
    bool mend = data[1] >= 128;
    test_memory_begin(&memory);
    data += 2;
    size -= 2;
    for (unsigned i = 0; i < BTL_VARIABLES && size >= 2; i++) {
        size_t len = (size_t)data[0] | (size_t)data[1] << 8;
        len = len < size - 2 ? len : size - 2;
        struct btl_bytes block = mend ? repair(&memory, (enum btl_variable)i, data + 2, len)
                                      : test_block(&memory, data + 2, len);
        if (btl_record_read((enum btl_variable)i, block, &state.record[i]))
            check_record((enum btl_variable)i, &state.record[i]);
        else
            require(!state.record[i].valid);
        data += 2 + len;
        size -= 2 + len;
    }
    check_trial(&state, state.record[asked].sha256, tries);
    check_failed(&state.record[BTL_VARIABLE_FAILED], state.record[asked].sha256);
    test_memory_end(&memory);
    return 0;
}
