// SPDX-License-Identifier: BSD-2-Clause
// Encoding and decoding of boot-state records. test_boot_trial.c tests the rules that use them.
#include "test_case.h"

#include <stdio.h>
#include <string.h>

#include <btl/boot_state.h>
#include <btl/hash.h>

#include "btl_test.h"

static const struct btl_record sample = {
    .valid = true,
    .sha256 = {1, 2, 3, 0xff},
    .number = BTL_FAILED_IN_KERNEL,
    .path = {"/loader.conf", 12},
    .text = {"a\nb", 3},
    .given_up = {{1, 2, 3, 0xff}},
    .given_up_count = 1,
};

// The part of `sample` that a record of this variable can hold.
static struct btl_record sample_of(enum btl_variable variable)
{
    struct btl_record record = sample;
    if (variable == BTL_VARIABLE_FAILED)
        return record;
    record.given_up_count = 0;
    if (variable == BTL_VARIABLE_PENDING)
        record.text = BTL_STR("a_load=\"NO\"\n");
    else
        record.text.len = 0;
    if (variable != BTL_VARIABLE_TRIAL && variable != BTL_VARIABLE_PENDING)
        record.number = 0;
    if (variable == BTL_VARIABLE_NEXT)
        memset(record.sha256, 0, sizeof(record.sha256));
    return record;
}

// A whole record; its checksum was computed by another implementation.
TEST(test_bytes_of_a_record)
{
    static const uint8_t expected[] = {
        'B', 'T', 'L', 'r', 1,   2,    0,   0,   0x0e, 6,   'k', 0xcf, 1,    0, 0, 0, 1,   2,
        3,   255, 0,   0,   0,   0,    0,   0,   0,    0,   0,   0,    0,    0, 0, 0, 0,   0,
        0,   0,   0,   0,   0,   0,    0,   0,   0,    0,   0,   0,    0x0c, 0, 3, 0, 1,   0,
        0,   0,   1,   2,   3,   255,  0,   0,   0,    0,   0,   0,    0,    0, 0, 0, 0,   0,
        0,   0,   0,   0,   0,   0,    0,   0,   0,    0,   0,   0,    0,    0, 0, 0, '/', 'l',
        'o', 'a', 'd', 'e', 'r', 0x2e, 'c', 'o', 'n',  'f', 'a', 0x0a, 'b'};
    uint8_t bytes[BTL_RECORD_MAX];
    assert_int_equal(btl_record_write(BTL_VARIABLE_FAILED, &sample, bytes), sizeof(expected));
    assert_memory_equal(bytes, expected, sizeof(expected));
}

static bool read_back(enum btl_variable variable, const void *bytes, size_t size,
                      struct btl_record *ret)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_bytes block = test_block(&memory, bytes, size);
    bool good = btl_record_read(variable, block, ret);
    assert_int_equal(good, ret->valid);
    if (good) { // outlives the block
        ret->path.at = (const char *)bytes + ((const uint8_t *)ret->path.at - block.at);
        ret->text.at = (const char *)bytes + ((const uint8_t *)ret->text.at - block.at);
    }
    test_memory_end(&memory);
    return good;
}

TEST(test_record_is_read_as_it_was_written)
{
    for (unsigned variable = 0; variable < BTL_VARIABLES; variable++) {
        uint8_t bytes[BTL_RECORD_MAX];
        struct btl_record record, expected = sample_of((enum btl_variable)variable);
        size_t size = btl_record_write((enum btl_variable)variable, &expected, bytes);
        assert_true(read_back((enum btl_variable)variable, bytes, size, &record));
        assert_int_equal(record.number, expected.number);
        assert_memory_equal(record.sha256, expected.sha256, 32);
        assert_true(btl_str_equal(record.path, expected.path));
        assert_true(btl_str_equal(record.text, expected.text));
        assert_int_equal(record.given_up_count, expected.given_up_count);
        assert_memory_equal(record.given_up, expected.given_up, 32 * expected.given_up_count);
        unsigned other = (variable + 1) % BTL_VARIABLES;
        assert_false(read_back((enum btl_variable)other, bytes, size, &record));
    }
}

TEST(test_every_changed_bit_is_seen)
{
    uint8_t bytes[BTL_RECORD_MAX];
    struct btl_record record;
    size_t size = btl_record_write(BTL_VARIABLE_FAILED, &sample, bytes);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(read_back(BTL_VARIABLE_FAILED, bytes, size, &record));
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(read_back(BTL_VARIABLE_FAILED, bytes, size, &record));
}

TEST(test_other_lengths_are_no_record)
{
    uint8_t bytes[BTL_RECORD_MAX] = {0};
    struct btl_record record;
    size_t size = btl_record_write(BTL_VARIABLE_FAILED, &sample, bytes);
    for (size_t other = 0; other <= sizeof(bytes); other++)
        assert_int_equal(read_back(BTL_VARIABLE_FAILED, bytes, other, &record), other == size);
}

// With a valid checksum: only the field is wrong.
static bool reads_as(enum btl_variable variable,
                     void (*change)(struct btl_record_wire *wire, uint8_t *strings))
{
    uint8_t bytes[BTL_RECORD_MAX + 32] = {0};
    struct btl_record_wire wire;
    struct btl_record record = sample_of(variable);
    size_t size = btl_record_write(variable, &record, bytes);
    memcpy(&wire, bytes, sizeof(wire));
    change(&wire, bytes + sizeof(wire) + 32 * wire.given_up);
    wire.checksum = 0;
    memcpy(bytes, &wire, sizeof(wire));
    size = sizeof(wire) + 32 * wire.given_up + wire.path_length + wire.text_length;
    assert_true(size <= sizeof(bytes));
    wire.checksum = btl_crc32(0, (struct btl_bytes){bytes, size});
    memcpy(bytes, &wire, sizeof(wire));
    return read_back(variable, bytes, size, &record);
}

static bool reads_with(void (*change)(struct btl_record_wire *wire, uint8_t *strings))
{
    return reads_as(BTL_VARIABLE_FAILED, change);
}

static void change_nothing(struct btl_record_wire *wire, uint8_t *strings)
{
}

static void change_magic(struct btl_record_wire *wire, uint8_t *strings)
{
    wire->magic[3] = 'R';
}

static void change_version(struct btl_record_wire *wire, uint8_t *strings)
{
    wire->version = 2;
}

static void change_variable(struct btl_record_wire *wire, uint8_t *strings)
{
    wire->variable = BTL_VARIABLES;
}

static void change_place(struct btl_record_wire *wire, uint8_t *strings)
{
    wire->number = BTL_FAILED_IN_KERNEL + 1;
}

static void change_path_to_relative(struct btl_record_wire *wire, uint8_t *strings)
{
    strings[0] = 'x';
}

static void change_path_to_parent(struct btl_record_wire *wire, uint8_t *strings)
{
    memcpy(strings, "/../oader.co", 12);
}

static void change_path_to_none(struct btl_record_wire *wire, uint8_t *strings)
{
    wire->path_length = 0;
}

static void change_path_to_longest(struct btl_record_wire *wire, uint8_t *strings)
{
    memset(strings, 'p', BTL_RECORD_PATH_MAX + 8);
    strings[0] = '/';
    wire->path_length = BTL_RECORD_PATH_MAX;
}

static void change_path_to_too_long(struct btl_record_wire *wire, uint8_t *strings)
{
    change_path_to_longest(wire, strings);
    wire->path_length = BTL_RECORD_PATH_MAX + 1;
}

static void change_text_to_too_long(struct btl_record_wire *wire, uint8_t *strings)
{
    memset(strings + wire->path_length, 't', BTL_RECORD_TEXT_MAX + 1);
    wire->text_length = BTL_RECORD_TEXT_MAX + 1;
}

static void change_reserved(struct btl_record_wire *wire, uint8_t *strings)
{
    wire->reserved = 1;
}

static void change_number(struct btl_record_wire *wire, uint8_t *strings)
{
    wire->number++;
}

static void change_hash(struct btl_record_wire *wire, uint8_t *strings)
{
    wire->sha256[31]++;
}

static void change_text(struct btl_record_wire *wire, uint8_t *strings)
{
    wire->text_length++;
}

// Takes 32 bytes of zeros with it, and the path and text lie behind them.
static void change_given_up(struct btl_record_wire *wire, uint8_t *strings)
{
    memmove(strings + 32, strings, wire->path_length + wire->text_length);
    memset(strings, 0, 32);
    wire->given_up++;
}

static void change_given_up_to_none(struct btl_record_wire *wire, uint8_t *strings)
{
    memmove(strings - 32, strings, wire->path_length + wire->text_length);
    wire->given_up = 0;
}

static void change_given_up_to_too_many(struct btl_record_wire *wire, uint8_t *strings)
{
    memmove(strings + 32 * BTL_GIVEN_UP_MAX, strings, wire->path_length + wire->text_length);
    wire->given_up += BTL_GIVEN_UP_MAX;
}

static void change_given_up_to_as_many(struct btl_record_wire *wire, uint8_t *strings)
{
    memmove(strings + 32 * (BTL_GIVEN_UP_MAX - 1), strings, wire->path_length + wire->text_length);
    wire->given_up = BTL_GIVEN_UP_MAX;
}

// Members that must be empty in records of the other variables.
TEST(test_fields_that_are_zero)
{
    static const struct {
        void (*change)(struct btl_record_wire *wire, uint8_t *strings);
        bool reads[BTL_VARIABLES];
    } cases[] = {
        {change_nothing, {true, true, true, true, true}},
        {change_reserved, {false, false, false, false, false}},
        {change_number, {true, false, false, false, true}}, // FAILED: IN_KERNEL + 1
        {change_hash, {true, true, false, false, true}},    // FAILED: not the first in its list
        {change_text, {false, false, true, false, false}},
        {change_given_up, {false, false, true, false, false}},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        for (unsigned variable = 0; variable < BTL_VARIABLES; variable++)
            assert_int_equal(reads_as((enum btl_variable)variable, cases[i].change),
                             cases[i].reads[variable]);
    }
}

TEST(test_list_of_what_was_given_up)
{
    assert_true(reads_with(change_given_up_to_as_many));
    assert_false(reads_with(change_given_up_to_too_many));
    assert_false(reads_with(change_given_up_to_none)); // a failure in the kernel gives up
}

TEST(test_list_alone)
{
    uint8_t bytes[BTL_RECORD_MAX];
    struct btl_record record, list = {.valid = true, .given_up = {{9}, {8}}, .given_up_count = 2};
    size_t size = btl_record_write(BTL_VARIABLE_FAILED, &list, bytes);
    assert_int_equal(size, sizeof(struct btl_record_wire) + 2 * 32);
    assert_true(read_back(BTL_VARIABLE_FAILED, bytes, size, &record));
    assert_int_equal(record.path.len, 0);
    assert_memory_equal(record.given_up, list.given_up, 2 * 32);
    assert_int_equal(btl_record_write(BTL_VARIABLE_GOOD, &list, bytes), 0);
    list.sha256[0] = 1;
    size = btl_record_write(BTL_VARIABLE_FAILED, &list, bytes);
    assert_false(read_back(BTL_VARIABLE_FAILED, bytes, size, &record));
    list.sha256[0] = 0;
    list.number = BTL_FAILED_IN_KERNEL;
    size = btl_record_write(BTL_VARIABLE_FAILED, &list, bytes);
    assert_false(read_back(BTL_VARIABLE_FAILED, bytes, size, &record));
    list.number = list.given_up_count = 0;
    assert_int_equal(btl_record_write(BTL_VARIABLE_FAILED, &list, bytes), 0);
}

TEST(test_well_formed_records_of_somebody_else)
{
    assert_true(reads_with(change_nothing));
    assert_true(reads_with(change_path_to_longest));
    assert_false(reads_with(change_magic));
    assert_false(reads_with(change_version));
    assert_false(reads_with(change_variable));
    assert_false(reads_with(change_place));
    assert_false(reads_with(change_path_to_relative));
    assert_false(reads_with(change_path_to_parent));
    assert_false(reads_with(change_path_to_none));
    assert_false(reads_with(change_path_to_too_long));
    assert_false(reads_with(change_text_to_too_long));
}

// With a checksum over all of it.
TEST(test_bytes_behind_the_text_are_refused)
{
    uint8_t bytes[BTL_RECORD_MAX] = {0};
    struct btl_record record;
    size_t size = btl_record_write(BTL_VARIABLE_FAILED, &sample, bytes) + 1;
    uint8_t *at = bytes + offsetof(struct btl_record_wire, checksum);
    memset(at, 0, sizeof(uint32_t));
    uint32_t checksum = btl_crc32(0, (struct btl_bytes){bytes, size});
    memcpy(at, &checksum, sizeof(checksum));
    assert_false(read_back(BTL_VARIABLE_FAILED, bytes, size, &record));
}

TEST(test_path_that_cannot_be_written)
{
    char path[BTL_RECORD_PATH_MAX + 1];
    uint8_t bytes[BTL_RECORD_MAX];
    struct btl_record record = sample_of(BTL_VARIABLE_NEXT);
    memset(path, 'p', sizeof(path));
    path[0] = '/';
    record.path = (struct btl_str){path, sizeof(path)};
    assert_int_equal(btl_record_write(BTL_VARIABLE_NEXT, &record, bytes), 0);
    record.path.len--;
    assert_int_equal(btl_record_write(BTL_VARIABLE_NEXT, &record, bytes),
                     sizeof(struct btl_record_wire) + BTL_RECORD_PATH_MAX);
    record.path = (struct btl_str){NULL, 0};
    assert_int_equal(btl_record_write(BTL_VARIABLE_NEXT, &record, bytes), 0);
}

// The text of a record that was written with `text`.
static void assert_kept(struct btl_str text, struct btl_str expected)
{
    uint8_t bytes[BTL_RECORD_MAX];
    struct btl_record record = sample;
    record.text = text;
    size_t size = btl_record_write(BTL_VARIABLE_FAILED, &record, bytes);
    assert_true(size > 0 && size <= sizeof(bytes));
    assert_true(read_back(BTL_VARIABLE_FAILED, bytes, size, &record));
    assert_int_equal(record.text.len, expected.len);
    assert_memory_equal(record.text.at, expected.at, expected.len);
}

TEST(test_long_text_keeps_its_last_lines)
{
    char text[3 * BTL_RECORD_TEXT_MAX];
    struct btl_str all = {text, sizeof(text)};
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = i % 100 == 99 ? '\n' : 'x';
    // 3072 bytes: the last 1024 begin at 2048, in a line that ends with byte 2099.
    assert_kept(all, (struct btl_str){text + 2100, sizeof(text) - 2100});
    text[sizeof(text) - BTL_RECORD_TEXT_MAX - 1] = '\n'; // they begin a line
    assert_kept(all, (struct btl_str){text + 2048, BTL_RECORD_TEXT_MAX});
    assert_kept((struct btl_str){text, BTL_RECORD_TEXT_MAX},
                (struct btl_str){text, BTL_RECORD_TEXT_MAX});
    assert_kept((struct btl_str){NULL, 0}, BTL_STR(""));
}

TEST(test_long_line_keeps_its_last_characters)
{
    char text[BTL_RECORD_TEXT_MAX + 3];
    memset(text, 'x', sizeof(text));
    assert_kept((struct btl_str){text, sizeof(text)},
                (struct btl_str){text + 3, BTL_RECORD_TEXT_MAX});
    text[sizeof(text) - 1] = '\n'; // the end of the one line, not the begin of another
    assert_kept((struct btl_str){text, sizeof(text)},
                (struct btl_str){text + 3, BTL_RECORD_TEXT_MAX});
    memcpy(text + 2, "\xe2\x82\xac", 3); // a character across the cut
    assert_kept((struct btl_str){text, sizeof(text)},
                (struct btl_str){text + 5, BTL_RECORD_TEXT_MAX - 2});
}

TEST(test_names_and_guid)
{
    static const uint8_t guid[] = BTL_VARIABLE_GUID;
    char text[40];
    assert_string_equal(btl_variable_name(BTL_VARIABLE_TRIAL), "BtlTrial");
    assert_string_equal(btl_variable_name(BTL_VARIABLE_GOOD), "BtlGood");
    assert_string_equal(btl_variable_name(BTL_VARIABLE_FAILED), "BtlFailed");
    assert_string_equal(btl_variable_name(BTL_VARIABLE_NEXT), "BtlNext");
    assert_string_equal(btl_variable_name(BTL_VARIABLE_PENDING), "BtlPending");
    assert_string_equal(btl_variable_name(BTL_VARIABLES), "?");
    assert_int_equal(sizeof(guid), 16);
    snprintf(text, sizeof(text),
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", guid[3],
             guid[2], guid[1], guid[0], guid[5], guid[4], guid[7], guid[6], guid[8], guid[9],
             guid[10], guid[11], guid[12], guid[13], guid[14], guid[15]);
    assert_string_equal(text, "5e1ac5b8-2fd0-4a52-9b7e-6c1f0f1d3a94");
}
