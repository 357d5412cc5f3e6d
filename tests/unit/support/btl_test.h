// SPDX-License-Identifier: BSD-2-Clause
// What all unit tests and fuzzers share: memory for arenas, and diagnostics as text.
#ifndef BTL_TEST_H
#define BTL_TEST_H

#include <btl/arena.h>
#include <btl/diag.h>

// An arena on malloc.
//
//     struct test_memory memory;
//     for (size_t n = 0;; n++) {
//         test_memory_begin_limited(&memory, n);     // the first n allocations succeed
//         … call the function with &memory.arena …
//         bool starved = memory.refused > 0;          // it wanted more than n
//         test_memory_end(&memory);
//         if (!starved)
//             break;
//     }
struct test_memory {
    struct btl_arena arena;
    struct test_chunk *chunks;
    bool exact;     // each allocation is a block of its own, so that ASan sees its ends
    size_t limit;   // chunks that may still be taken
    size_t refused; // allocations that failed
};

void test_memory_begin(struct test_memory *memory); // without limit, large chunks: fast
// Each allocation a block of its own, with ASan's red zones around it. All after the first
// `allocations` fail; SIZE_MAX: none fails.
void test_memory_begin_limited(struct test_memory *memory, size_t allocations);
void test_memory_end(struct test_memory *memory);

// Valid until test_memory_end(); memory for the text is taken beside the arena and never refused.
// The codes of all diagnostics in order, one blank between: "conf-syntax conf-bad-phase".
const char *test_codes(struct test_memory *memory, const struct btl_diags *diags);
// One diagnostic, or all with a newline after each, as btl_diag_print() shows them.
const char *test_diag_text(struct test_memory *memory, const struct btl_diag *diag);
const char *test_diags_text(struct test_memory *memory, const struct btl_diags *diags);
// How many diagnostics have that code, and the first of them (or NULL).
size_t test_count_code(const struct btl_diags *diags, enum btl_code code);
const struct btl_diag *test_find_code(const struct btl_diags *diags, enum btl_code code);
// A copy with a NUL behind it.
const char *test_text(struct test_memory *memory, struct btl_str text);

// A whole copy of the bytes in a block of their own: a read past their end is seen by ASan.
struct btl_bytes test_block(struct test_memory *memory, const void *bytes, size_t size);

// With cmocka, whose headers the test file has included before.
#define assert_codes(memory, diags, expected)                                                      \
    assert_string_equal(test_codes((memory), (diags)), (expected))
#define assert_str(memory, str, expected)                                                          \
    assert_string_equal(test_text((memory), (str)), (expected))

#endif
