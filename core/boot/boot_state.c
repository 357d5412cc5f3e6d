// SPDX-License-Identifier: BSD-2-Clause
// Encoding and decoding of boot-state records, and the rules that use them.
#include <btl/boot_state.h>
#include <btl/config.h>
#include <btl/hash.h>
#include <btl/pending.h>
#include <btl/utf8.h>

#include <btl/mem.h>

#define MAGIC   "BTLr"
#define VERSION 1

_Static_assert(BTL_RECORD_PATH_MAX == BTL_PATH_MAX, "a record names what loader.conf may name");

const char *btl_variable_name(enum btl_variable variable)
{
    static const char *const names[BTL_VARIABLES] = {
        [BTL_VARIABLE_TRIAL] = "BtlTrial",     [BTL_VARIABLE_GOOD] = "BtlGood",
        [BTL_VARIABLE_FAILED] = "BtlFailed",   [BTL_VARIABLE_NEXT] = "BtlNext",
        [BTL_VARIABLE_PENDING] = "BtlPending",
    };
    return (size_t)variable < BTL_VARIABLES ? names[variable] : "?";
}

static uint32_t record_checksum(struct btl_bytes bytes)
{
    return btl_crc32_of_record(bytes, offsetof(struct btl_record_wire, checksum));
}

// Does BtlFailed hold only the list of configurations given up, and no failed boot?
static bool record_is_list(enum btl_variable variable, const struct btl_record *record)
{
    return variable == BTL_VARIABLE_FAILED && record->path.len == 0 && record->given_up_count > 0;
}

static bool record_is_pending(const struct btl_record *record)
{
    return btl_is_path(record->path) && record->number >= 1 && record->number <= BTL_TRIES_MAX &&
           record->given_up_count == 0 && record->text.len <= BTL_RECORD_TEXT_MAX &&
           btl_pending_is_sound(record->text);
}

static uint8_t *append_bytes(uint8_t *to, const void *from, size_t size)
{
    if (size > 0)
        memcpy(to, from, size);
    return to + size;
}

uint64_t btl_record_write(enum btl_variable variable, const struct btl_record *record,
                          uint8_t to[static BTL_RECORD_MAX])
{
    struct btl_str path = record->path,
                   text = btl_utf8_last_lines(record->text, BTL_RECORD_TEXT_MAX);
    if (!btl_is_path(path) && !record_is_list(variable, record))
        return 0;
    if (variable == BTL_VARIABLE_PENDING && !record_is_pending(record))
        return 0;
    struct btl_record_wire wire = {.magic = MAGIC,
                                   .version = VERSION,
                                   .variable = (uint8_t)variable,
                                   .number = record->number,
                                   .path_length = (uint16_t)path.len,
                                   .text_length = (uint16_t)text.len,
                                   .given_up = record->given_up_count};
    memcpy(wire.sha256, record->sha256, sizeof(wire.sha256));
    uint8_t *end = append_bytes(to, &wire, sizeof(wire));
    end = append_bytes(end, record->given_up, 32 * (size_t)record->given_up_count);
    end = append_bytes(end, path.at, path.len);
    end = append_bytes(end, text.at, text.len);
    wire.checksum = record_checksum((struct btl_bytes){to, (size_t)(end - to)});
    memcpy(to, &wire, sizeof(wire));
    return (uint64_t)(end - to);
}

// Is this a header of a record of this variable, and does the size match?
static bool record_header_fits(const struct btl_record_wire *wire, enum btl_variable variable,
                               size_t size)
{
    return memcmp(wire->magic, MAGIC, sizeof(wire->magic)) == 0 && wire->version == VERSION &&
           wire->variable == variable && wire->reserved == 0 &&
           wire->path_length <= BTL_RECORD_PATH_MAX && wire->text_length <= BTL_RECORD_TEXT_MAX &&
           wire->given_up <= BTL_GIVEN_UP_MAX &&
           size ==
               sizeof(*wire) + 32 * (size_t)wire->given_up + wire->path_length + wire->text_length;
}

static bool sha256_is_zero(const uint8_t sha256[32])
{
    static const uint8_t zero[32];
    return memcmp(sha256, zero, sizeof(zero)) == 0;
}

static bool record_is_failure(const struct btl_record *record)
{
    if (record_is_list(BTL_VARIABLE_FAILED, record))
        return record->number == 0 && record->text.len == 0 && sha256_is_zero(record->sha256);
    bool in_kernel = record->number == BTL_FAILED_IN_KERNEL;
    return btl_is_path(record->path) && record->number <= BTL_FAILED_IN_KERNEL &&
           (!in_kernel ||
            (record->given_up_count > 0 && memcmp(record->given_up[0], record->sha256, 32) == 0));
}

// Check the content too: any program may have written a well-formed record, and its path is opened
// and printed.
static bool record_is_sound(enum btl_variable variable, const struct btl_record *record)
{
    if (variable == BTL_VARIABLE_FAILED)
        return record_is_failure(record);
    if (variable == BTL_VARIABLE_PENDING)
        return record_is_pending(record);
    return btl_is_path(record->path) && record->text.len == 0 && record->given_up_count == 0 &&
           (record->number == 0 || variable == BTL_VARIABLE_TRIAL) &&
           (variable != BTL_VARIABLE_NEXT || sha256_is_zero(record->sha256));
}

bool btl_record_read(enum btl_variable variable, struct btl_bytes bytes,
                     struct btl_record *ret_record)
{
    struct btl_record_wire wire;
    *ret_record = (struct btl_record){0};
    if (bytes.size < sizeof(wire))
        return false;
    memcpy(&wire, bytes.at, sizeof(wire));
    if (!record_header_fits(&wire, variable, bytes.size) || record_checksum(bytes) != wire.checksum)
        return false;
    size_t list = 32 * (size_t)wire.given_up;
    const char *strings = (const char *)bytes.at + sizeof(wire) + list;
    ret_record->number = wire.number;
    ret_record->path = (struct btl_str){strings, wire.path_length};
    ret_record->text = (struct btl_str){strings + wire.path_length, wire.text_length};
    ret_record->given_up_count = wire.given_up;
    memcpy(ret_record->sha256, wire.sha256, sizeof(ret_record->sha256));
    append_bytes((uint8_t *)ret_record->given_up, bytes.at + sizeof(wire), list);
    ret_record->valid = record_is_sound(variable, ret_record);
    if (!ret_record->valid)
        *ret_record = (struct btl_record){0};
    return ret_record->valid;
}

bool btl_record_names(const struct btl_record *record, const uint8_t sha256[32])
{
    return record->valid && memcmp(record->sha256, sha256, sizeof(record->sha256)) == 0;
}

bool btl_record_is_given_up(const struct btl_record *failed, const uint8_t sha256[32])
{
    for (uint32_t i = 0; failed->valid && i < failed->given_up_count; i++) {
        if (memcmp(failed->given_up[i], sha256, 32) == 0)
            return true;
    }
    return false;
}

static void append_given_up(struct btl_record *to, const uint8_t sha256[32])
{
    if (to->given_up_count < BTL_GIVEN_UP_MAX)
        memcpy(to->given_up[to->given_up_count++], sha256, 32);
}

// Append the list of `from` without this configuration.
static void append_others(struct btl_record *to, const struct btl_record *from,
                          const uint8_t sha256[32])
{
    for (uint32_t i = 0; from->valid && i < from->given_up_count; i++) {
        if (memcmp(from->given_up[i], sha256, 32) != 0)
            append_given_up(to, from->given_up[i]);
    }
}

void btl_record_merge_given_up(const struct btl_record *before, struct btl_record *failure)
{
    static const uint8_t none[32];
    bool in_kernel = failure->number == BTL_FAILED_IN_KERNEL;
    failure->given_up_count = 0;
    if (in_kernel)
        append_given_up(failure, failure->sha256);
    append_others(failure, before, in_kernel ? failure->sha256 : none);
}

bool btl_record_remove(const struct btl_record *failed, const uint8_t sha256[32],
                       struct btl_record *ret_record)
{
    bool named = btl_record_names(failed, sha256);
    if (!named && !btl_record_is_given_up(failed, sha256))
        return false;
    struct btl_record record = {.valid = true};
    if (!named) {
        record.number = failed->number;
        record.path = failed->path;
        record.text = failed->text;
        memcpy(record.sha256, failed->sha256, sizeof(record.sha256));
    }
    append_others(&record, failed, sha256);
    record.valid = record.path.len > 0 || record.given_up_count > 0;
    *ret_record = record;
    return true;
}

enum btl_trial btl_boot_trial(const struct btl_boot_state *state, const uint8_t sha256[32],
                              uint32_t tries, uint32_t *ret_left)
{
    const struct btl_record *trial = &state->record[BTL_VARIABLE_TRIAL];
    const struct btl_record *failed = &state->record[BTL_VARIABLE_FAILED];
    // BtlGood is checked before BtlFailed: boot-ok writes BtlGood first and then deletes BtlFailed.
    if (btl_record_names(&state->record[BTL_VARIABLE_GOOD], sha256))
        return BTL_TRIAL_GOOD;
    if (btl_record_is_given_up(failed, sha256))
        return BTL_TRIAL_FAILED;
    if (tries == 0)
        return BTL_TRIAL_NONE;
    uint32_t left = tries;
    if (btl_record_names(trial, sha256) && trial->number < tries)
        left = trial->number;
    if (left == 0)
        return BTL_TRIAL_USED_UP;
    *ret_left = left - 1;
    return BTL_TRIAL_COUNTED;
}

bool btl_boot_trial_is_over(const struct btl_boot_state *state)
{
    const struct btl_record *good = &state->record[BTL_VARIABLE_GOOD];
    return good->valid && btl_record_names(&state->record[BTL_VARIABLE_TRIAL], good->sha256);
}
