// SPDX-License-Identifier: BSD-2-Clause
// SHA-256 as this processor does it, against that of core/. A processor without instructions for it
// takes the way of core/ itself, and so does one whose vector registers are switched off.
#include "hash.h"
#include "x86_64/vectors.h"

#include "mock.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_MAX_TESTED 520 // bytes: every end of a block, and more than one block

static void compare(const uint8_t *at, size_t size)
{
    uint8_t by_loader[32], by_core[32];
    hash_file((struct btl_bytes){at, size}, by_loader);
    btl_sha256((struct btl_bytes){at, size}, by_core);
    assert_memory_equal(by_loader, by_core, sizeof(by_loader));
}

static void fill(uint8_t *bytes, size_t size)
{
    uint32_t next = 1;
    for (size_t i = 0; i < size; i++) {
        next = next * 1103515245 + 12345;
        bytes[i] = (uint8_t)(next >> 16);
    }
}

TEST(test_every_size)
{
    for (size_t size = 0; size <= SIZE_MAX_TESTED; size++) {
        uint8_t *bytes = malloc(size + 1); // exact size, so that ASan detects overruns
        uint8_t *exact = size == 0 ? bytes : realloc(bytes, size);
        fill(exact, size);
        compare(exact, size);
        free(exact);
    }
}

TEST(test_every_alignment)
{
    uint8_t bytes[16 + SIZE_MAX_TESTED];
    fill(bytes, sizeof(bytes));
    for (size_t at = 0; at < 16; at++)
        compare(bytes + at, SIZE_MAX_TESTED);
}

TEST(test_published_vector)
{
    static const uint8_t abc[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
                                    0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
                                    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
                                    0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    uint8_t digest[32];
    hash_file((struct btl_bytes){(const uint8_t *)"abc", 3}, digest);
    assert_memory_equal(digest, abc, sizeof(abc));
}

#define PE     0x80000011u // CR0: protection, paging
#define EM     4u
#define TS     8u
#define PAE    0x20u // CR4
#define OSFXSR 0x200u

TEST(test_vector_registers_are_used_when_all_switches_allow_it)
{
    assert_true(vectors_are_on((struct control_registers){PE, PAE | OSFXSR}));
    assert_true(vectors_are_on((struct control_registers){0, OSFXSR}));
    assert_false(vectors_are_on((struct control_registers){PE, PAE}));
    assert_false(vectors_are_on((struct control_registers){PE | EM, PAE | OSFXSR}));
    assert_false(vectors_are_on((struct control_registers){PE | TS, PAE | OSFXSR}));
    assert_false(vectors_are_on((struct control_registers){PE | EM | TS, PAE}));
}

// Return how often the control registers are read for one file.
static int reads_of_control_registers(struct control_registers registers)
{
    int before = mock_control_reads;
    mock_control = registers;
    compare((const uint8_t *)"abc", 3);
    return mock_control_reads - before;
}

TEST(test_the_control_registers_are_asked_before_each_file)
{
    struct control_registers usual = mock_control;
    assert_int_equal(reads_of_control_registers(usual), 1);
    assert_int_equal(reads_of_control_registers((struct control_registers){PE, PAE}), 1);
    mock_control = usual;
}
