// SPDX-License-Identifier: BSD-2-Clause
// The records of boot state as bytes, and what they say about a configuration.
#include <btl/boot_state.h>
#include <btl/config.h>
#include <btl/hash.h>

#include "mem.h"

#define MAGIC   "BTLr"
#define VERSION 1

_Static_assert(BTL_RECORD_PATH_MAX == BTL_PATH_MAX, "a record names what loader.conf may name");

const char *btl_variable_name(enum btl_variable variable)
{
    static const char *const names[BTL_VARIABLES] = {
        [BTL_VARIABLE_TRIAL] = "BtlTrial",
        [BTL_VARIABLE_GOOD] = "BtlGood",
        [BTL_VARIABLE_FAILED] = "BtlFailed",
        [BTL_VARIABLE_NEXT] = "BtlNext",
    };
    return (size_t)variable < BTL_VARIABLES ? names[variable] : "?";
}

static uint32_t checksum(struct btl_bytes bytes)
{
    static const uint8_t zero[sizeof(uint32_t)];
    size_t field = offsetof(struct btl_record_wire, checksum), after = field + sizeof(zero);
    uint32_t crc = btl_crc32(0, (struct btl_bytes){bytes.at, field});
    crc = btl_crc32(crc, (struct btl_bytes){zero, sizeof(zero)});
    return btl_crc32(crc, (struct btl_bytes){bytes.at + after, bytes.size - after});
}

// The end of a text that is too long, from the beginning of a line or at least of a character on.
static struct btl_str last_part(struct btl_str text)
{
    if (text.len <= BTL_RECORD_TEXT_MAX)
        return text;
    struct btl_str part = {text.at + text.len - BTL_RECORD_TEXT_MAX, BTL_RECORD_TEXT_MAX};
    size_t at = 0;
    if (part.at[-1] == '\n')
        return part;
    while (at < part.len && part.at[at] != '\n')
        at++;
    if (at + 1 < part.len) {
        at++;
    } else {
        at = 0; // one line
        while (at < part.len && ((uint8_t)part.at[at] & 0xc0) == 0x80)
            at++;
    }
    return (struct btl_str){part.at + at, part.len - at};
}

uint64_t btl_record_write(enum btl_variable variable, const struct btl_record *record,
                          uint8_t to[static BTL_RECORD_MAX])
{
    struct btl_str path = record->path, text = last_part(record->text);
    if (!btl_is_path(path))
        return 0;
    struct btl_record_wire wire = {.magic = MAGIC,
                                   .version = VERSION,
                                   .variable = (uint8_t)variable,
                                   .number = record->number,
                                   .path_length = (uint16_t)path.len,
                                   .text_length = (uint16_t)text.len};
    size_t size = sizeof(wire) + path.len + text.len;
    memcpy(wire.sha256, record->sha256, sizeof(wire.sha256));
    memcpy(to, &wire, sizeof(wire));
    memcpy(to + sizeof(wire), path.at, path.len);
    if (text.len > 0)
        memcpy(to + sizeof(wire) + path.len, text.at, text.len);
    wire.checksum = checksum((struct btl_bytes){to, size});
    memcpy(to, &wire, sizeof(wire));
    return size;
}

// Is this the header of a record of this variable, and as long as it says?
static bool is_record(const struct btl_record_wire *wire, enum btl_variable variable, size_t size)
{
    return memcmp(wire->magic, MAGIC, sizeof(wire->magic)) == 0 && wire->version == VERSION &&
           wire->variable == variable && wire->path_length <= BTL_RECORD_PATH_MAX &&
           wire->text_length <= BTL_RECORD_TEXT_MAX &&
           size == sizeof(*wire) + wire->path_length + wire->text_length;
}

bool btl_record_read(enum btl_variable variable, struct btl_bytes bytes, struct btl_record *ret)
{
    struct btl_record_wire wire;
    *ret = (struct btl_record){0};
    if (bytes.size < sizeof(wire))
        return false;
    memcpy(&wire, bytes.at, sizeof(wire));
    if (!is_record(&wire, variable, bytes.size) || checksum(bytes) != wire.checksum)
        return false;
    const char *strings = (const char *)bytes.at + sizeof(wire);
    struct btl_record record = {.there = true,
                                .number = wire.number,
                                .path = {strings, wire.path_length},
                                .text = {strings + wire.path_length, wire.text_length}};
    memcpy(record.sha256, wire.sha256, sizeof(record.sha256));
    // Somebody else may have written it, well-formed: the path is opened, and the place is shown.
    if (!btl_is_path(record.path) ||
        (variable == BTL_VARIABLE_FAILED && record.number > BTL_FAILED_IN_KERNEL))
        return false;
    *ret = record;
    return true;
}

static bool names(const struct btl_record *record, const uint8_t sha256[32])
{
    return record->there && memcmp(record->sha256, sha256, sizeof(record->sha256)) == 0;
}

enum btl_trial btl_boot_trial(const struct btl_boot_state *state, const uint8_t sha256[32],
                              uint32_t tries, uint32_t *ret_left)
{
    const struct btl_record *trial = &state->record[BTL_VARIABLE_TRIAL];
    const struct btl_record *failed = &state->record[BTL_VARIABLE_FAILED];
    // Before BtlFailed: boot-ok writes the one and then deletes the other.
    if (names(&state->record[BTL_VARIABLE_GOOD], sha256))
        return BTL_TRIAL_GOOD;
    if (names(failed, sha256) && failed->number == BTL_FAILED_IN_KERNEL)
        return BTL_TRIAL_FAILED;
    if (tries == 0)
        return BTL_TRIAL_NONE;
    uint32_t left = tries;
    if (names(trial, sha256) && trial->number < tries)
        left = trial->number;
    if (left == 0)
        return BTL_TRIAL_USED_UP;
    *ret_left = left - 1;
    return BTL_TRIAL_COUNTED;
}

bool btl_boot_trial_is_over(const struct btl_boot_state *state)
{
    const struct btl_record *good = &state->record[BTL_VARIABLE_GOOD];
    return good->there && names(&state->record[BTL_VARIABLE_TRIAL], good->sha256);
}
