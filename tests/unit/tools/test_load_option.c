// SPDX-License-Identifier: BSD-2-Clause
// tools/btl/variables/load_option.c: the reader of the firmware's boot entries.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "test_case.h"

#include "../../../tools/btl/variables/load_option.c"
#include "btl_test.h"

#define PATHS 14 // where the device path begins
// A name, a device path of a PCI root and a file, and options.
static const uint8_t good[] = {
    1,   0, 0,   0, 28,  0,                                        // active, 28 bytes of paths
    'B', 0, 'T', 0, 'L', 0, 0,   0,                                // its name
    2,   1, 12,  0, 1,   2, 3,   4, 5,   6, 7, 8,                  // ACPI(…)
    4,   4, 12,  0, 'a', 0, '.', 0, 'b', 0, 0, 0, 0x7f, 255, 4, 0, // File(a.b), end
    '-', 0, 's', 0, 0,   0,                                        // options
};

static void assert_inside(struct btl_bytes part, struct btl_bytes block)
{
    assert_true(part.at >= block.at && part.at + part.size <= block.at + block.size);
}

static bool reads(const uint8_t *bytes, size_t size, struct load_option *ret_option)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_bytes block = test_block(&memory, bytes, size);
    bool is_one = load_option_read(block, ret_option);
    if (is_one) {
        assert_inside(ret_option->description, block);
        assert_inside(ret_option->file, block);
        assert_inside(ret_option->options, block);
    }
    test_memory_end(&memory);
    return is_one;
}

TEST(test_all_parts)
{
    struct load_option option;
    struct btl_bytes bytes = {good, sizeof(good)};
    assert_true(load_option_read(bytes, &option));
    assert_int_equal(option.attributes, LOAD_OPTION_ACTIVE);
    assert_int_equal(option.description.size, 6);
    assert_memory_equal(option.description.at, "B\0T\0L", 6);
    assert_int_equal(option.file.size, 6);
    assert_memory_equal(option.file.at, "a\0.\0b", 6);
    assert_int_equal(option.options.size, 6);
    assert_memory_equal(option.options.at, "-\0s", 5);
}

// Options are what is left: all that is shorter has fewer of them, or is none.
TEST(test_each_length)
{
    const size_t end = sizeof(good) - 6;
    for (size_t size = 0; size <= sizeof(good); size++) {
        struct load_option option;
        bool is_one = reads(good, size, &option);
        assert_int_equal(is_one, size >= end);
        if (is_one)
            assert_int_equal(option.options.size, size - end);
    }
}

static void expect(size_t at, uint8_t value, bool is_one, size_t file)
{
    uint8_t bytes[sizeof(good)];
    struct load_option option;
    memcpy(bytes, good, sizeof(good));
    bytes[at] = value;
    assert_int_equal(reads(bytes, sizeof(bytes), &option), is_one);
    if (is_one)
        assert_int_equal(option.file.size, file);
}

TEST(test_lengths_that_are_not_true)
{
    expect(4, 24, false, 0); // no end
    expect(4, 29, true, 6);  // something behind the end
    expect(4, 34, true, 6);  // no options
    expect(4, 35, false, 0); // beyond the variable
    expect(5, 255, false, 0);
    expect(PATHS + 2, 0, false, 0);  // a node of nothing
    expect(PATHS + 2, 3, false, 0);  // of less than its header
    expect(PATHS + 2, 24, true, 0);  // over the file
    expect(PATHS + 2, 29, false, 0); // over the end
    expect(PATHS + 3, 255, false, 0);
    expect(PATHS + 22, 'c', false, 0); // a name without its end
    expect(PATHS + 16, 0, true, 0);    // an empty one
    expect(PATHS, 0x7f, true, 0);      // the end comes first
    expect(PATHS + 12, 3, true, 0);    // another kind of node
    expect(PATHS + 13, 1, true, 0);
}

TEST(test_file_in_parts)
{
    uint8_t bytes[sizeof(good)];
    struct load_option option;
    memcpy(bytes, good, sizeof(good));
    memcpy(bytes + PATHS, bytes + PATHS + 12, 12);
    assert_true(reads(bytes, sizeof(bytes), &option));
    assert_int_equal(option.file.size, 0);
}
